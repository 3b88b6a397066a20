"""Whether there are enough machines, large enough, for Run:ai's own software."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.node_size import NodeSize
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.objects import Node
from orchestrator.quantity import Quantity
from orchestrator.requirement import Requirement, Verdict


class Expect(NodeSize):
    """At least `count` ready nodes that take any pod, each of this size; `cpu_only` ones have no GPU."""

    count: int = Field(ge=1)
    disk: Quantity
    cpu_only: bool = False

    def __str__(self) -> str:
        nodes = f"{self.count} or more {'CPU-only ' if self.cpu_only else ''}worker nodes"
        return f"{nodes} with {super().__str__()}"


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
        return self.expect.lacking(node)


def _some(texts: list[str], most: int = 5) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return "; ".join(texts[:most]) + more
