"""Whether the cluster has GPU nodes, and whether what shows them agrees."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nvidia.gpu_signs import GpuSigns
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, node_subject, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict


class GpuNodes(Requirement):
    check: Literal["gpu-nodes"]
    expect: GpuSigns = GpuSigns()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        nodes = [node for node in inventory.nodes if self.expect.shown_by(node)]
        yield from map(self._judge_node, nodes)
        if not nodes and not inventory.malformed:
            yield failed(CLUSTER, "no node shows a GPU", observed=0, expected=self.expect.signs())

    def _judge_node(self, node: Node) -> Verdict:
        capacity, allocatable = self.expect.counts(node.capacity), self.expect.counts(node.allocatable)
        seen = {"observed": {"capacity": capacity, "allocatable": allocatable}}
        subject = node_subject(node)
        if not any(capacity.values()):
            return warned(subject, "labelled as a GPU node, but the kubelet offers no GPU", **seen)
        if capacity != allocatable:
            return warned(
                subject,
                f"offers {_words(allocatable)} of {_words(capacity)}: the others are unhealthy",
                **seen,
            )
        return passed(subject, f"offers {_words(capacity)}", **seen)


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none"
