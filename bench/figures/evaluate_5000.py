"""What judging 5,000 nodes' evidence costs."""

import json
from collections.abc import Iterator

from bench.measure import Measure
from bench.timing import program, spend

_NODES = 5000
_ROUNDS = 3


def measure() -> Iterator[Measure]:
    """CPU seconds of `evaluate` alone; peak memory of the process, its evidence included."""
    runs = [spend(program("judge", _NODES)) for _ in range(_ROUNDS)]
    told = sorted((json.loads(run.output) for run in runs), key=lambda one: float(one["cpu"]))[_ROUNDS // 2]
    yield Measure("CPU of evaluate", told["cpu"], "s", None, f"{told['findings']} findings")
    yield Measure("peak memory", max(run.peak for run in runs), "MiB")
