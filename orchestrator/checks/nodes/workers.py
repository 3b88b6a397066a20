"""Which nodes may get Run:ai's workloads."""

from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node


def machines(inventory: Inventory) -> list[Node]:
    """The nodes that are machines under Linux: no Windows, and no front of a service (AWS Fargate, say)."""
    return [node for node in inventory.nodes if not (node.windows or node.virtual)]


def workers(inventory: Inventory) -> list[Node]:
    """The machines that are not kept for the control plane."""
    return [node for node in machines(inventory) if not (node.control_plane and node.repels_workloads)]
