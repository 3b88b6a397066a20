"""Which GPUs of a node nobody has asked for."""

from collections import defaultdict
from typing import Any, NamedTuple

from orchestrator.checks.nvidia.gpu_signs import WHOLE, pods_for_each
from orchestrator.checks.verdicts import listed
from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node

GPU_REQUESTS = "gpu-requests"
_SHARED = ".shared"
_Pods = list[dict[str, Any]]


class FreeGpus(NamedTuple):
    """How many of which resource."""

    resource: str
    number: int


def free_gpus(node: Node, inventory: Inventory) -> FreeGpus | tuple[Reason, str]:
    """What a pod can ask for at once, or why there is nothing."""
    if unread := inventory.missing(GPU_REQUESTS):
        return Reason.FORBIDDEN, f"which GPUs are free is not known: {unread.message}"
    offered = {name: int(count) for name, count in node.allocatable.items() if count.isdecimal()}
    resource = next((name for name in WHOLE if offered.get(name)), None)
    if resource is None:
        slices = sorted(name for name in offered if name.startswith("nvidia.com/mig-"))
        instead = f", only slices: {listed(slices)}" if slices else ""
        return Reason.NO_GPU, f"the node offers no whole GPU to pods{instead}"
    pods = _pods_on(node.name, inventory)
    taken = {_name(pod): count for pod in pods if (count := pod["gpus"].get(resource, 0))}
    free = offered[resource] - sum(taken.values())
    shared = resource.endswith(_SHARED) or pods_for_each(node) > 1
    if taken and (shared or free <= 0):
        how = "each is offered to several pods, some are" if shared else f"all {offered[resource]} are"
        return Reason.GPU_BUSY, f"GPU busy: {how} taken by {listed(sorted(taken))}"
    if not taken and (parts := sharers(node.name, inventory)):
        return Reason.GPU_BUSY, f"GPU busy: {listed(parts)} have parts of them, nobody tells of which"
    return FreeGpus(resource, 1 if shared else free)


def sharers(node: str, inventory: Inventory) -> list[str]:
    """The pods there that have a part of a GPU."""
    return sorted(_name(pod) for pod in _pods_on(node, inventory) if pod.get("fraction"))


def _pods_on(node: str, inventory: Inventory) -> _Pods:
    return inventory.once(_by_node).get(node, [])


def _by_node(inventory: Inventory) -> dict[str, _Pods]:
    found: dict[str, _Pods] = defaultdict(list)
    for pod in inventory.objects.get(GPU_REQUESTS, ()):
        found[pod["node"]].append(pod)
    return found


def _name(pod: dict[str, Any]) -> str:
    return f"{pod['namespace']}/{pod['name']}"
