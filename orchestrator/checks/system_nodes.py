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
        return f"{nodes} with {human_count(self.cpu)} CPUs, {memory} of memory, {disk} of disk"


class SystemNodes(Requirement):
    check: Literal["system-nodes"]
    expect: Expect

    def reads(self) -> tuple[Resource, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        reasons = {node.name: self._too_small(node) for node in inventory_of(evidence).nodes}
        fit = sorted(name for name, reason in reasons.items() if not reason)
        seen = {"observed": {"fit": len(fit), "nodes": len(reasons)}, "expected": str(self.expect)}
        if len(fit) >= self.expect.count:
            yield passed(CLUSTER, f"{len(fit)} nodes fit: {_some(fit)}", **seen)
        else:
            unfit = [f"{name} {reason}" for name, reason in sorted(reasons.items()) if reason]
            yield failed(
                CLUSTER,
                f"{len(fit)} of {len(reasons)} nodes fit; needed: {self.expect} ({_some(unfit)})",
                **seen,
            )

    def _too_small(self, node: Node) -> str:
        if node.repels_workloads:
            return "is of the control plane" if node.control_plane else "is tainted or cordoned"
        if node.windows:
            return "runs windows"
        if not node.ready:
            return "is not ready"
        if self.expect.cpu_only and node.gpu_count:
            return "has GPUs"
        wanted = {"cpu": self.expect.cpu, "memory": self.expect.memory, "ephemeral-storage": self.expect.disk}
        short = [_lacks(name, node.capacity.get(name), least) for name, least in wanted.items()]
        return " and ".join(filter(None, short))


def _lacks(name: str, reported: str | None, least: Decimal) -> str:
    try:
        value = parse_quantity(reported or "")
    except ValueError:
        return f"reports no {name}"
    human = human_count if name == "cpu" else human_bytes
    return "" if value >= least else f"has {human(value)} {name}"


def _some(texts: list[str], most: int = 5) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return "; ".join(texts[:most]) + more
