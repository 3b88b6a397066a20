"""How large a node is, against what it should be."""

from decimal import Decimal

from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.quantity import Quantity, human_bytes, human_count, parse_quantity


class NodeSize(Model):
    """What a node has at least: CPUs, bytes of memory, and bytes of disk where that counts."""

    cpu: Quantity
    memory: Quantity
    disk: Quantity | None = None

    def __str__(self) -> str:
        disk = f", {human_bytes(self.disk)} of disk" if self.disk else ""
        return f"{human_count(self.cpu)} CPUs, {human_bytes(self.memory)} of memory{disk}"

    def lacking(self, node: Node) -> str:
        """What this node has too little of, in words; empty when it is large enough."""
        wanted = {"cpu": self.cpu, "memory": self.memory, "ephemeral-storage": self.disk}
        short = (_short(name, node.capacity.get(name), least) for name, least in wanted.items() if least)
        return " and ".join(filter(None, short))


def _short(name: str, reported: str | None, least: Decimal) -> str:
    try:
        value = parse_quantity(reported or "")
    except ValueError:
        return f"reports no {name}"
    human = human_count if name == "cpu" else human_bytes
    return "" if value >= least else f"has {human(value)} {name}"
