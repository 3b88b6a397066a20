"""How soon a probe says something: compared with the start of its interpreter."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from bench.measure import Measure
from bench.timing import ROOT, alternate, compare, cpu_of, spend, wall_of

_ROUNDS = 21
_LIMIT = 2.5
_NO_NETWORK: dict[str, dict[str, Any]] = {
    "node": {},
    "dns": {"resolvConf": "/dev/null", "clusterName": "localhost", "resolvers": []},
    "egress": {"endpoints": []},
}


def measure() -> Iterator[Measure]:
    """Whole runs, from start to result line, of probes that are asked nothing of the network."""
    nothing = partial(spend, [sys.executable, "-IS", "-c", "pass"])
    for probe, parameters in _NO_NETWORK.items():
        command = [sys.executable, "-IS", str(ROOT / "probes" / f"{probe}.py")]
        run = partial(spend, command, stdin=json.dumps(parameters).encode())
        ours, theirs = alternate(run, nothing, _ROUNDS)
        for kind, of in (("CPU", cpu_of), ("wall", wall_of)):
            ratio = compare(ours, theirs, of)
            detail = f"{ratio.ours * 1000:.0f} ms; interpreter: {ratio.theirs * 1000:.0f} ms"
            yield Measure(f"{probe}: {kind}, times python3 -IS -c pass", ratio.value, "x", _LIMIT, detail)
