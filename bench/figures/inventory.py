"""What reading 5,000 nodes costs: compared with the official client's own list of them."""

from collections.abc import Iterator
from functools import partial

from bench.cluster import simulated
from bench.measure import Measure
from bench.timing import alternate, compare, cpu_of, program, spend

_NODES = 5000
_ROUNDS = 3
_CPU_LIMIT = 0.4
_PEAK_LIMIT = 150


def measure() -> Iterator[Measure]:
    """CPU and peak memory of whole processes, interpreter and imports included."""
    with simulated(_NODES) as kubeconfig:
        ours, theirs = alternate(
            partial(spend, program("read_inventory", kubeconfig, _NODES)),
            partial(spend, program("list_node", kubeconfig, _NODES)),
            rounds=_ROUNDS,
        )
    cpu = compare(ours, theirs, cpu_of)
    detail = f"{cpu.ours:.2f} s of CPU; list_node: {cpu.theirs:.2f} s"
    yield Measure("CPU, times the official client's", cpu.value, "x", _CPU_LIMIT, detail)
    peak, official = (max(cost.peak for cost in costs) for costs in (ours, theirs))
    yield Measure("peak memory", peak, "MiB", _PEAK_LIMIT, f"list_node: {official:.0f} MiB")
