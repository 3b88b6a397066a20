"""Whether every GPU node carries the labels by which Run:ai knows its GPUs."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.gpu_signs import judge_gpu_nodes
from orchestrator.checks.verdicts import failed, node_subject, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """The keys; any value will do."""

    labels: tuple[str, ...] = Field(min_length=1)


class GpuLabels(Requirement):
    check: Literal["gpu-labels"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpu_nodes(evidence, self._judge_node)

    def _judge_node(self, node: Node) -> Verdict:
        labels = self.expect.labels
        lacking = [label for label in labels if label not in node.labels]
        subject, seen = node_subject(node), {"observed": {"lacking": lacking}, "expected": list(labels)}
        if len(lacking) == len(labels):
            return failed(subject, f"carries none of the {len(labels)} labels", **seen)
        if lacking:
            told = ", ".join(lacking)
            return failed(subject, f"lacks {len(lacking)} of {len(labels)} labels: {told}", **seen)
        return passed(subject, f"carries all {len(labels)} labels", **seen)
