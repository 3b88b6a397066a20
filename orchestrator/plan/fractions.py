"""Which scheduler shares GPUs, and what part of a GPU it is asked for on a node."""

from collections.abc import Iterator
from typing import NamedTuple

from orchestrator.checks.verdicts import listed
from orchestrator.checks.workloads import Workload
from orchestrator.evidence import Cell, Outcome, Reason
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node
from orchestrator.plan.gpus import FreeGpus, free_gpus, sharers
from orchestrator.plan.model import Fraction, Site, Unit

SHARES = 4  # of one GPU
_DEPLOYMENTS = "deployments"
_MEMORY_LABEL = "nvidia.com/gpu.memory"  # MiB of each GPU, by GPU feature discovery
_MIB, _HUNDRED_MB = 1 << 20, 100_000_000
_RUNAI, _KAI = "runai-scheduler", "kai-scheduler"
_KAI_QUEUE = "default-queue"
_PROJECT = "runai-"  # namespaces of Run:ai's projects are called so
_BY_MEMORY = (
    "gpu-fractioning.kai.scheduler",
    "gpu-sharing.kai.scheduler",
)  # API groups, the second an older name

Refusal = tuple[Outcome, Reason, str]


class Scheduler(NamedTuple):
    """The scheduler and its queue, and whether it is asked for memory: as from Run:ai 3.0 on."""

    name: str
    queue: str
    by_memory: bool


def choose_scheduler(site: Site, inventory: Inventory) -> Scheduler | Refusal:
    """The one that the user named, else Run:ai's, else KAI; or why there is none."""
    if not site.scheduler and (unread := inventory.missing(_DEPLOYMENTS)):
        words = f"whether a scheduler shares GPUs is not known: {unread.message}"
        return Outcome.UNANSWERED, Reason.FORBIDDEN, words
    name = site.scheduler or next((each for each in (_RUNAI, _KAI) if _is_there(each, inventory)), "")
    if not name:
        words = f"no scheduler that shares GPUs is installed: neither {_RUNAI} nor {_KAI}"
        return Outcome.NOT_APPLICABLE, Reason.NO_SCHEDULER, words
    queue = site.queue or _queue(name, site.namespace)
    if name == _RUNAI and not queue:
        words = (
            f"{_RUNAI} wants a project: name one by --queue, or run in the namespace of one by --namespace"
        )
        return Outcome.UNANSWERED, Reason.NO_SCHEDULER, words
    return Scheduler(name, queue, by_memory=not set(_BY_MEMORY).isdisjoint(inventory.api_groups))


def fraction_of(node: Node, scheduler: Scheduler, inventory: Inventory) -> Fraction | tuple[Reason, str]:
    """What each of the pods asks for that share a GPU of this node, or why none of its GPUs can be shared."""
    if having := sharers(node.name, inventory):
        words = f"GPU busy: {listed(having)} share GPUs there, and the scheduler would put others beside them"
        return Reason.GPU_BUSY, words
    free = free_gpus(node, inventory)
    if not isinstance(free, FreeGpus):
        return free
    memory = _memory(node)
    if not memory:
        return Reason.NO_LABEL, f"the node has no label {_MEMORY_LABEL} that tells the memory of its GPUs"
    return Fraction(
        scheduler=scheduler.name,
        queue=scheduler.queue,
        share=1 / SHARES,
        mib=memory // SHARES,
        by_memory=scheduler.by_memory,
    )


def make_room(units: list[Unit]) -> tuple[list[Unit], list[Cell]]:
    """The same units, with one GPU left for those that share one where another unit takes all that are free.

    Where there is only one, those that would share it are settled.
    """
    sharing = {unit.node for unit in units if unit.fraction}
    crowded = {unit.node for unit in units if unit.gpus == 1 and unit.node in sharing}
    cells = [cell for unit in units if unit.fraction and unit.node in crowded for cell in _crowded_out(unit)]
    left = [unit for unit in units if not (unit.fraction and unit.node in crowded)]
    return [_with_fewer(unit) if unit.gpus > 1 and unit.node in sharing else unit for unit in left], cells


def _with_fewer(unit: Unit) -> Unit:
    return unit.model_copy(update={"gpus": unit.gpus - 1})


def _crowded_out(unit: Unit) -> Iterator[Cell]:
    words = "GPU busy: another probe of this run has the only one that is free; run again with this one alone"
    ended = {"outcome": Outcome.UNANSWERED, "reason": Reason.GPU_BUSY, "message": words}
    return (Cell(probe=probe, target=unit.target, **ended) for probe in unit.probes)


def _memory(node: Node) -> int:
    """MiB of each GPU, rounded down to 100 MB as KAI does; 0 where no label tells. Old labels hold bytes."""
    label = node.labels.get(_MEMORY_LABEL, "")
    told = int(label) if label.isdecimal() else 0
    size = told * _MIB if told < _MIB else told
    return size // _HUNDRED_MB * _HUNDRED_MB // _MIB


def _is_there(name: str, inventory: Inventory) -> bool:
    """By a Deployment that is called so, or so and its shard; or one whose program is told that name."""
    deployments = inventory.every(_DEPLOYMENTS, Workload)
    return any(
        each.meta.name == name
        or each.meta.name.startswith(f"{name}-")
        or any(f"--scheduler-name={name}" in container.args for container in each.containers)
        for each in deployments
    )


def _queue(scheduler: str, namespace: str) -> str:
    if scheduler == _RUNAI and namespace.startswith(_PROJECT):
        return namespace.removeprefix(_PROJECT)
    return _KAI_QUEUE if scheduler == _KAI else ""
