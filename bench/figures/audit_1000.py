"""How long an audit of 1,000 nodes takes: compared with bare creation and deletion of its Jobs."""

from collections.abc import Iterator
from functools import partial

from bench.answers import simulation
from bench.cluster import simulated
from bench.measure import Measure
from bench.timing import PREFLIGHT, Cost, alternate, compare, cpu_of, program, spend, wall_of

_NODES = 1000
_ROUNDS = 3
_LIMIT = 3.0


def measure() -> Iterator[Measure]:
    """The whole command against 32 threads that only create and delete; probes answer at once."""
    with simulated(_NODES, simulation()) as kubeconfig:
        audit = [*PREFLIGHT, "audit", "--kubeconfig", str(kubeconfig), "--fail-on", "never"]
        ours, theirs = alternate(partial(spend, audit), partial(_bare, str(kubeconfig)), _ROUNDS)
    wall, cpu = compare(ours, theirs, wall_of), compare(ours, theirs, cpu_of)
    detail = f"{wall.ours:.1f} s; bare: {wall.theirs:.1f} s"
    yield Measure("wall time, times the bare Jobs'", wall.value, "x", _LIMIT, detail)
    yield Measure("CPU of the driver", cpu.ours, "s", None, f"bare: {cpu.theirs:.1f} s")


def _bare(kubeconfig: str) -> Cost:
    """The program tells the wall time of the work alone: without its start, rendering and waiting for pods."""
    cost = spend(program("bare_jobs", kubeconfig))
    return cost._replace(wall=float(cost.output))
