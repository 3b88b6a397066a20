"""How large a node is, against what it should be."""

from decimal import Decimal

from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.quantity import Quantity, human_bytes, human_count, parse_quantity

_WORDS = {"memory": "memory", "ephemeral-storage": "disk"}


class NodeSize(Model):
    """What a node has at least: CPUs, bytes of memory, and bytes of disk where that counts."""

    cpu: Quantity
    memory: Quantity
    disk: Quantity | None = None

    def __str__(self) -> str:
        parts = [f"{human_count(self.cpu)} CPUs", f"{human_bytes(self.memory)} of memory"]
        if self.disk:
            parts.append(f"{human_bytes(self.disk)} of disk")
        return f"{', '.join(parts[:-1])} and {parts[-1]}"

    def lacking(self, node: Node) -> str:
        """What this node has too little of, to go after "has"; empty when it is large enough."""
        wanted = {"cpu": self.cpu, "memory": self.memory, "ephemeral-storage": self.disk}
        short = (_short(name, node.capacity.get(name), least) for name, least in wanted.items() if least)
        return " and ".join(filter(None, short))


def _short(name: str, reported: str | None, least: Decimal) -> str:
    """What is too little of a resource, or nothing."""
    try:
        value = parse_quantity(reported or "")
    except ValueError:
        return f"no reported {name}"
    if value >= least:
        return ""
    return f"{human_count(value)} CPUs" if name == "cpu" else f"{human_bytes(value)} of {_WORDS[name]}"
