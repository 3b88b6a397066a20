"""Whether the cluster has GPU nodes, and whether what shows them agrees."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, node_subject, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import GPU_RESOURCES, Node, gpus
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """How a node shows that it has a GPU: a resource that starts so (whole GPUs or slices), or a label."""

    resources: tuple[str, ...] = GPU_RESOURCES
    labels: tuple[str, ...] = (
        "nvidia.com/gpu.present",
        "feature.node.kubernetes.io/pci-10de.present",
        "feature.node.kubernetes.io/pci-0300_10de.present",
        "feature.node.kubernetes.io/pci-0302_10de.present",
        "cloud.google.com/gke-accelerator",
        "k8s.amazonaws.com/accelerator",
        "kubernetes.azure.com/accelerator",
    )

    def __str__(self) -> str:
        return " or ".join(self.signs())

    def signs(self) -> list[str]:
        """Each of them in words."""
        resources = [f"a resource {name}*" for name in self.resources]
        return [*resources, *(f"the label {label}" for label in self.labels)]


class GpuNodes(Requirement):
    check: Literal["gpu-nodes"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        verdicts = [self._judge_node(node) for node in inventory_of(evidence).nodes if self._has_gpu(node)]
        yield from verdicts
        if not verdicts:
            yield failed(CLUSTER, "no node shows a GPU", observed=0, expected=self.expect.signs())

    def _judge_node(self, node: Node) -> Verdict:
        capacity, allocatable = self._gpus(node.capacity), self._gpus(node.allocatable)
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

    def _has_gpu(self, node: Node) -> bool:
        labelled = any(node.labels.get(label, "false") != "false" for label in self.expect.labels)
        return labelled or any(self._gpus(node.capacity).values())

    def _gpus(self, resources: dict[str, str]) -> dict[str, int]:
        return gpus(resources, self.expect.resources)


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none"
