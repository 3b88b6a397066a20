"""How long an audit of 1,000 nodes takes: compared with bare creation and deletion of its Jobs."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.answers import SKIPPED, simulation
from bench.cluster import simulated
from bench.measure import Measure
from bench.timing import PREFLIGHT, Cost, alternate, compare, cpu_of, program, spend, wall_of

_NODES = 1000
_ROUNDS = 3
_LIMIT = 3.0


def measure() -> Iterator[Measure]:
    """The whole command against 32 threads that only create and delete; node-local probes answer at once.

    Bare Jobs are deleted before most of their pods have run; those of the second comparison end first.
    """
    with simulated(_NODES, simulation()) as kubeconfig:
        audit = [*PREFLIGHT, "audit", "--kubeconfig", str(kubeconfig), "--fail-on", "never", *SKIPPED]
        ours, bare, ended = alternate(
            partial(spend, audit),
            partial(_bare, kubeconfig),
            partial(_bare, kubeconfig, "--until-ended"),
            rounds=_ROUNDS,
        )
    for what, theirs, limit in (("the bare Jobs'", bare, _LIMIT), ("bare Jobs' that end", ended, None)):
        wall = compare(ours, theirs, wall_of)
        detail = f"{wall.ours:.1f} s; bare: {wall.theirs:.1f} s"
        yield Measure(f"wall time, times {what}", wall.value, "x", limit, detail)
    cpu = compare(ours, bare, cpu_of)
    yield Measure("CPU of the driver", cpu.ours, "s", None, f"bare: {cpu.theirs:.1f} s, rendering included")


def _bare(kubeconfig: Path, *options: str) -> Cost:
    """The program tells the wall time of the work alone: without its start and rendering."""
    cost = spend(program("bare_jobs", kubeconfig, *options))
    return cost._replace(wall=float(cost.output))
