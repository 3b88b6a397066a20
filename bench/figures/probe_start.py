"""How soon a probe says its first line: compared with the start and end of its interpreter."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.measure import Measure
from bench.timing import alternate, compare, cpu_of, first_line, spend, wall_of
from orchestrator.probe import catalogue, programs

_ROUNDS = 21
_LIMIT = 2.5
_PYTHON = (sys.executable, "-IS")
_NO_NETWORK: dict[str, dict[str, Any]] = {
    "node": {},
    "dns": {"resolvConf": "/dev/null", "clusterName": "localhost", "resolvers": []},
    "egress": {"endpoints": []},
}


def measure() -> Iterator[Measure]:
    """From start to the line that says who observes what; whole runs, to inform.

    The supervisor's line is the first that the log of a pod shows, a probe's the first where it runs alone.
    """
    with TemporaryDirectory() as folder:
        supervisor = _ship(Path(folder))
        yield from _measure("supervisor", supervisor, b"")
        for probe, parameters in _NO_NETWORK.items():
            command = [*_PYTHON, f"{folder}/{probe}.py"]
            yield from _measure(probe, command, json.dumps(parameters).encode())


def _ship(folder: Path) -> list[str]:
    """Lay the programs out as in a pod; the command that runs them there."""
    for name, text in programs(catalogue()).items():
        (folder / name).write_text(text)
    (folder / "__pycache__").touch()  # a pod mounts them read-only: every run compiles them anew
    parameters = folder / "parameters.json"
    parameters.write_text(json.dumps(_NO_NETWORK))
    return [*_PYTHON, str(folder / "supervisor.py"), str(parameters)]


def _measure(name: str, command: list[str], given: bytes) -> Iterator[Measure]:
    line, whole, theirs = alternate(
        partial(first_line, command, stdin=given),
        partial(spend, command, stdin=given),
        partial(spend, [*_PYTHON, "-c", "pass"]),
        rounds=_ROUNDS,
    )
    for kind, of in (("CPU", cpu_of), ("wall", wall_of)):
        ratio, entire = compare(line, theirs, of), compare(whole, theirs, of)
        told = f"{ratio.ours * 1000:.0f} ms; python3 -IS -c pass: {ratio.theirs * 1000:.0f} ms"
        detail = f"{told}; whole run: {entire.value:.1f} x; the line: {line[0].output.strip()!r}"
        yield Measure(f"{name}: {kind} to first line", ratio.value, "x", _LIMIT, detail)
