"""Which nodes have GPUs, and how they show it."""

from collections.abc import Callable, Iterator

from orchestrator.checks.verdicts import CLUSTER, inventory_of, skipped
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.objects import GPU_RESOURCES, Node, gpus
from orchestrator.requirement import Verdict

WHOLE = ("nvidia.com/gpu", "nvidia.com/gpu.shared")
"""The resources of whole GPUs; the second is of those that each is offered to several pods."""

_SHARED_BY = ("nvidia.com/gpu.replicas", "cloud.google.com/gke-max-shared-clients-per-gpu")


class GpuSigns(Model):
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

    def shown_by(self, node: Node) -> bool:
        """Whether a node shows any of them; a label may also say `false`."""
        labels = node.labels
        labelled = any(labels.get(label, "false") != "false" for label in self.labels)
        return labelled or any(self.counts(node.capacity).values())

    def counts(self, resources: dict[str, str]) -> dict[str, int]:
        """How many there are of each of the resources, in a node's capacity or what of it is allocatable."""
        return gpus(resources, self.resources)


_SIGNS = GpuSigns()


def has_gpu(node: Node) -> bool:
    """Whether a node shows a GPU by any sign that is known."""
    return _SIGNS.shown_by(node)


def pods_for_each(node: Node) -> int:
    """To how many pods each whole GPU of the node is offered, by the labels that tell; 1 where none does."""
    told = [int(label) for name in _SHARED_BY if (label := node.labels.get(name, "")).isdecimal()]
    return max(told, default=1) or 1


def gpu_nodes(evidence: Evidence) -> list[Node]:
    """The Linux nodes that show a GPU: those on which NVIDIA's software for Kubernetes runs."""
    return inventory_of(evidence).once(_gpu_nodes)


def _gpu_nodes(inventory: Inventory) -> list[Node]:
    return [node for node in inventory.nodes if not node.windows and has_gpu(node)]


def judge_gpu_nodes(evidence: Evidence, judge: Callable[[Node], Verdict]) -> Iterator[Verdict]:
    """What `judge` says of each GPU node, or that there is none."""
    nodes = gpu_nodes(evidence)
    if not nodes:
        yield no_gpu_node()
    yield from map(judge, nodes)


def no_gpu_node() -> Verdict:
    """What a check on GPU nodes says of a cluster without any."""
    return skipped(CLUSTER, "does not apply: no node shows a GPU")
