"""How soon a probe says its first line: compared with the start and end of its interpreter."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from bench.measure import Measure
from bench.timing import ROOT, alternate, compare, cpu_of, first_line, spend, wall_of

_ROUNDS = 21
_LIMIT = 2.5
_NO_NETWORK: dict[str, dict[str, Any]] = {
    "node": {},
    "dns": {"resolvConf": "/dev/null", "clusterName": "localhost", "resolvers": []},
    "egress": {"endpoints": []},
}


def measure() -> Iterator[Measure]:
    """From start to the line that says what is observed and for how long; then whole runs, to inform."""
    python = [sys.executable, "-IS"]
    nothing = partial(spend, [*python, "-c", "pass"])
    for probe, parameters in _NO_NETWORK.items():
        command = [*python, str(ROOT / "probes" / f"{probe}.py")]
        given = json.dumps(parameters).encode()
        line, whole, theirs = alternate(
            partial(first_line, command, stdin=given),
            partial(spend, command, stdin=given),
            nothing,
            rounds=_ROUNDS,
        )
        for kind, of in (("CPU", cpu_of), ("wall", wall_of)):
            ratio, entire = compare(line, theirs, of), compare(whole, theirs, of)
            told = f"{ratio.ours * 1000:.0f} ms; python3 -IS -c pass: {ratio.theirs * 1000:.0f} ms"
            detail = f"{told}; whole run: {entire.value:.1f} x"
            yield Measure(f"{probe}: {kind} to first line", ratio.value, "x", _LIMIT, detail)
