"""Which GPUs of a node nobody has asked for."""

from typing import Any, NamedTuple

from orchestrator.checks.verdicts import listed
from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node

GPU_REQUESTS = "gpu-requests"
_WHOLE = ("nvidia.com/gpu", "nvidia.com/gpu.shared")


class FreeGpus(NamedTuple):
    """How many of which resource."""

    resource: str
    number: int


def free_gpus(node: Node, inventory: Inventory) -> FreeGpus | tuple[Reason, str]:
    """What a pod can ask for at once, or why there is nothing."""
    if unread := inventory.missing(GPU_REQUESTS):
        return Reason.FORBIDDEN, f"which GPUs are free is not known: {unread.message}"
    offered = {name: int(count) for name, count in node.allocatable.items() if count.isdecimal()}
    resource = next((name for name in _WHOLE if offered.get(name)), None)
    if resource is None:
        slices = sorted(name for name in offered if name.startswith("nvidia.com/mig-"))
        instead = f", only slices: {listed(slices)}" if slices else ""
        return Reason.NO_GPU, f"the node offers no whole GPU to pods{instead}"
    taken = {_name(pod): pod["gpus"].get(resource, 0) for pod in _pods_on(node.name, inventory)}
    free = offered[resource] - sum(taken.values())
    if free > 0:
        return FreeGpus(resource, 1 if resource.endswith(".shared") else free)
    holders = sorted(name for name, count in taken.items() if count)
    return Reason.GPU_BUSY, f"GPU busy: all {offered[resource]} are taken by {listed(holders)}"


def _pods_on(node: str, inventory: Inventory) -> list[dict[str, Any]]:
    return [pod for pod in inventory.objects[GPU_REQUESTS] if pod["node"] == node]


def _name(pod: dict[str, Any]) -> str:
    return f"{pod['namespace']}/{pod['name']}"
