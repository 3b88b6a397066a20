"""What a run asks of the API server, counted by the server."""

import json
from collections.abc import Iterator

from bench.measure import Measure
from bench.timing import program, spend

_SIZES = (10, 100)
_PER_NODE = 2
_CONSTANT = 40


def measure() -> Iterator[Measure]:
    """Answers are too long for a termination message here, so every pod's log is read."""
    counts = [json.loads(spend(program("count_requests", nodes)).output) for nodes in _SIZES]
    (few, many), (first, last) = counts, _SIZES
    slope = (many["made"] - few["made"]) / (last - first)
    yield Measure("requests for one more node", slope, "", _PER_NODE, f"between {first} and {last} nodes")
    for nodes, count in zip(_SIZES, counts, strict=True):
        made, planned = count["made"], count["planned"]
        yield Measure(f"requests beside 2 a node, {nodes} nodes", made - _PER_NODE * nodes, "", _CONSTANT)
        yield Measure(f"requests, {nodes} nodes", made, "", planned, "the limit is what `plan` says")
