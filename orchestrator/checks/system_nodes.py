"""Whether there are enough machines, large enough, for Run:ai's own software."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from pydantic import Field

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.quantity import Quantity, human_bytes, human_count, parse_quantity
from orchestrator.requirement import Requirement, Verdict

_WORDS = {"memory": "memory", "ephemeral-storage": "disk"}


class Expect(Model):
    """At least `count` ready nodes that take any pod, each of this size; `cpu_only` ones have no GPU."""

    count: int = Field(ge=1)
    cpu: Quantity
    memory: Quantity
    disk: Quantity
    cpu_only: bool = False

    def __str__(self) -> str:
        nodes = f"{self.count} or more {'CPU-only ' if self.cpu_only else ''}worker nodes"
        memory, disk = human_bytes(self.memory), human_bytes(self.disk)
        return f"{nodes} with {human_count(self.cpu)} CPUs, {memory} of memory and {disk} of disk"


class SystemNodes(Requirement):
    check: Literal["system-nodes"]
    expect: Expect

    def reads(self) -> tuple[Resource, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        nodes = sorted(inventory_of(evidence).nodes, key=lambda node: node.name)
        reasons = [(node, self._unfit(node)) for node in nodes]
        fit = [node for node, reason in reasons if not reason]
        seen = {"observed": {"fit": len(fit), "nodes": len(nodes)}, "expected": str(self.expect)}
        if len(fit) >= self.expect.count:
            yield passed(CLUSTER, _told(fit), **seen)
        else:
            why = _some([f"{node.name} {reason}" for node, reason in reasons if reason])
            words = f"{_share(len(fit), len(nodes))}; needed: {self.expect}"
            yield failed(CLUSTER, f"{words} ({why})" if why else words, **seen)

    def _unfit(self, node: Node) -> str:
        if node.repels_workloads:
            return "is of the control plane" if node.control_plane else "is tainted or cordoned"
        if node.windows:
            return "runs windows"
        if not node.ready:
            return "is not ready"
        if self.expect.cpu_only and node.gpu_count:
            return "has GPUs"
        wanted = {"cpu": self.expect.cpu, "memory": self.expect.memory, "ephemeral-storage": self.expect.disk}
        short = [_short(name, node.capacity.get(name), least) for name, least in wanted.items()]
        told = " and ".join(filter(None, short))
        return f"has {told}" if told else ""


def _short(name: str, reported: str | None, least: Decimal) -> str:
    """What is too little of a resource, or nothing."""
    try:
        value = parse_quantity(reported or "")
    except ValueError:
        return f"no reported {name}"
    if value >= least:
        return ""
    return f"{human_count(value)} CPUs" if name == "cpu" else f"{human_bytes(value)} of {_WORDS[name]}"


def _share(fit: int, nodes: int) -> str:
    if not fit:
        return "no node fits"
    return f"{fit} of {nodes} {'nodes' if nodes > 1 else 'node'} {'fit' if fit > 1 else 'fits'}"


def _told(fit: list[Node]) -> str:
    gpus = sum(node.gpu_count > 0 for node in fit)
    told = f"{len(fit)} nodes fit" if len(fit) > 1 else "1 node fits"
    return f"{told}{f' ({gpus} with GPUs)' if gpus else ''}: {_some([node.name for node in fit])}"


def _some(texts: list[str], most: int = 5) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return "; ".join(texts[:most]) + more
