"""How large a node is, against what it should be."""

from decimal import Decimal
from functools import cached_property

from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.quantity import Quantity, human_bytes, human_count, parse_quantity

_WORDS = {"cpu": "CPUs", "memory": "memory", "ephemeral-storage": "disk"}


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
        """What this node has too little of, to go after "has"; empty when nothing is known to be."""
        short = (_short(name, least, _size(node, name)) for name, least in self._wanted.items())
        return " and ".join(filter(None, short))

    def unreported(self, node: Node) -> str:
        """What this node tells no size of, to go after "reports"; empty when it tells all."""
        return " and ".join(f"no {_WORDS[name]}" for name in self._wanted if _size(node, name) is None)

    @cached_property
    def _wanted(self) -> dict[str, Decimal]:
        wanted = {"cpu": self.cpu, "memory": self.memory, "ephemeral-storage": self.disk}
        return {name: least for name, least in wanted.items() if least}


def _size(node: Node, name: str) -> Decimal | None:
    try:
        return parse_quantity(node.capacity.get(name, ""))
    except ValueError:
        return None


def _short(name: str, least: Decimal, value: Decimal | None) -> str:
    """What is too little of a resource, or nothing."""
    if value is None or value >= least:
        return ""
    return f"{human_count(value)} CPUs" if name == "cpu" else f"{human_bytes(value)} of {_WORDS[name]}"
