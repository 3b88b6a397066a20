"""Where the pods of a probe go: on which nodes, and why not on others."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from orchestrator.checks.nodes.workers import workers
from orchestrator.checks.nvidia.gpu_signs import has_gpu
from orchestrator.evidence import Outcome, Reason, Target, TargetKind
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node
from orchestrator.plan.fractions import SHARES, Scheduler, choose_scheduler, fraction_of
from orchestrator.plan.gpus import FreeGpus, free_gpus
from orchestrator.plan.model import Fraction, Site, Volume
from orchestrator.plan.volume import choose_volume
from orchestrator.probe import Nodes

_FEW = 3
_PAIR = 2


class Seat(NamedTuple):
    """Where one pod goes, and what is its alone."""

    node: str
    target: Target
    party: str = ""
    gpus: FreeGpus | None = None
    fraction: Fraction | None = None
    own: dict[str, Any] | None = None


class Settled(NamedTuple):
    """A target that gets no pod, and why."""

    target: Target
    outcome: Outcome
    reason: Reason
    message: str


class Seating(NamedTuple):
    """Where pods go, and which targets are settled before there is one."""

    seats: list[Seat]
    settled: list[Settled]


def seat(nodes: Nodes, inventory: Inventory, site: Site) -> Seating:
    """The seats of a probe that runs on these nodes; the same input gives the same ones."""
    return _SEATINGS[nodes](inventory, site)


def _every(inventory: Inventory, _: Site) -> Seating:
    seating = _split(inventory.nodes)
    bad = [
        Settled(_of_node(each.name), Outcome.UNANSWERED, Reason.MALFORMED, each.message)
        for each in inventory.malformed
    ]
    return Seating(seating.seats, bad + seating.settled)


def _gpu(inventory: Inventory, _: Site) -> Seating:
    return _split(_with_gpu(inventory))


def _few(inventory: Inventory, _: Site) -> Seating:
    """Workers that can run a pod, if there are any: what these see of the outside, others see as well."""
    candidates = workers(inventory) or list(inventory.nodes)
    ready = [node for node in candidates if node.ready and not node.virtual and not node.windows]
    return _split((ready or candidates)[:_FEW])


def _free_gpu(inventory: Inventory, _: Site) -> Seating:
    """GPU nodes with what is free there now; nobody's GPU is taken, and no autoscaler asked for another."""
    split = _split(_with_gpu(inventory))
    nodes = {node.name: node for node in inventory.nodes}
    seats: list[Seat] = []
    settled = split.settled
    for free in split.seats:
        found = free_gpus(nodes[free.node], inventory)
        if isinstance(found, FreeGpus):
            seats.append(free._replace(gpus=found))
        else:
            settled.append(Settled(free.target, Outcome.UNANSWERED, *found))
    return Seating(seats, settled)


def _storage(inventory: Inventory, site: Site) -> Seating:
    """Two nodes that share the volume, those with GPUs first; on the other GPU nodes it is only mounted."""
    ready = _split(workers(inventory))
    gpu = {node.name for node in _with_gpu(inventory)}
    ordered = sorted(ready.seats, key=lambda each: each.node not in gpu)
    pair, rest = ordered[:_PAIR], [each for each in ordered[_PAIR:] if each.node in gpu]
    volume = choose_volume(site.storage, inventory)
    if not isinstance(volume, Volume):
        return Seating([], [Settled(each.target, Outcome.UNANSWERED, *volume) for each in pair])
    return Seating(
        [
            *(each._replace(party="storage", own={"role": "pair"}) for each in pair),
            *(each._replace(own={"role": "single"}) for each in rest),
        ],
        [settled for settled in ready.settled if settled.target.name in gpu],
    )


def _shares(inventory: Inventory, site: Site) -> Seating:
    """On each node with a free GPU as many pods as share one of its GPUs, which meet."""
    split = _split(_with_gpu(inventory))
    scheduler = choose_scheduler(site, inventory)
    if not isinstance(scheduler, Scheduler):
        return Seating([], [*split.settled, *(Settled(each.target, *scheduler) for each in split.seats)])
    nodes = {node.name: node for node in inventory.nodes}
    seats: list[Seat] = []
    settled = split.settled
    for place in split.seats:
        found = fraction_of(nodes[place.node], scheduler, inventory)
        if isinstance(found, Fraction):
            seats += (_share(place.node, number, found) for number in range(1, SHARES + 1))
        else:
            settled.append(Settled(place.target, Outcome.UNANSWERED, *found))
    return Seating(seats, settled)


def _share(node: str, number: int, fraction: Fraction) -> Seat:
    target = Target(kind=TargetKind.SHARE, name=f"{node}/{number}")
    own = {"number": number, "shareMib": fraction.mib}
    return Seat(node, target, party=f"fraction/{node}", fraction=fraction, own=own)


def _split(nodes: Iterable[Node]) -> Seating:
    seats: list[Seat] = []
    settled: list[Settled] = []
    for node in nodes:
        target = _of_node(node.name)
        if unfit := _unfit(node):
            settled.append(Settled(target, *unfit))
        else:
            seats.append(Seat(node.name, target))
    return Seating(seats, settled)


def _unfit(node: Node) -> tuple[Outcome, Reason, str] | None:
    """Why this node takes no pod of ours."""
    if node.windows:
        return Outcome.NOT_APPLICABLE, Reason.WINDOWS, "the probes are Linux programs"
    if node.virtual:
        words = "it is no machine: it takes no pod that is pinned to it"
        return Outcome.NOT_APPLICABLE, Reason.VIRTUAL, words
    if not node.ready:
        return Outcome.UNANSWERED, Reason.NODE_NOT_READY, node.why_not_ready
    return None


def _with_gpu(inventory: Inventory) -> list[Node]:
    return [node for node in inventory.nodes if not node.windows and has_gpu(node)]


def _of_node(name: str) -> Target:
    return Target(kind=TargetKind.NODE, name=name)


_SEATINGS: dict[Nodes, Callable[[Inventory, Site], Seating]] = {
    Nodes.EVERY: _every,
    Nodes.GPU: _gpu,
    Nodes.FREE_GPU: _free_gpu,
    Nodes.FEW: _few,
    Nodes.STORAGE: _storage,
    Nodes.SHARES: _shares,
}
