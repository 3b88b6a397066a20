"""Whether each GPU node offers as many GPUs as its labels count."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nvidia.gpu_signs import judge_gpu_nodes
from orchestrator.checks.verdicts import failed, node_subject, passed, skipped, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict

_WHOLE = "nvidia.com/gpu"
_SLICE = "nvidia.com/mig-"
_COUNT = ".count"  # what the label of its count hangs on the name of a resource
_SHARED = ".shared"  # what the device plugin hangs on the name of a resource whose users share it
_INVALID = "MIG-INVALID"


class Expect(Model):
    """Nothing to tune: the counts are the same or they are not."""


class GpuCount(Requirement):
    check: Literal["gpu-count"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpu_nodes(evidence, _judge_node)


def _judge_node(node: Node) -> Verdict:
    subject = node_subject(node)
    try:
        counted = _counted(node.labels)
    except ValueError as error:
        return unknown(subject, f"the labels count GPUs in words that are no numbers: {error}")
    if not counted:
        return skipped(subject, "nothing to compare with: no label counts the node's GPUs")
    offered = {resource: _offered(node.capacity, resource) for resource in counted}
    seen = {"observed": offered, "expected": counted}
    if node.labels.get(f"{_WHOLE}.product", "").endswith(_INVALID):
        return failed(subject, "its GPUs are divided in a way that the MIG strategy does not allow", **seen)
    if offered != counted:
        return failed(subject, f"offers {_words(offered)}, its labels count {_words(counted)}", **seen)
    return passed(subject, f"offers what its labels count: {_words(offered)}", **seen)


def _counted(labels: dict[str, str]) -> dict[str, int]:
    """By resource, what labels say is offered: devices times those who share each. ValueError if no number.

    With slices of their own names, whole GPUs are counted whether sliced or not: they cannot be compared.
    """
    slices = (label for label in labels if label.startswith(_SLICE) and label.endswith(_COUNT))
    sliced = sorted(label.removesuffix(_COUNT) for label in slices)
    whole = [_WHOLE] if _WHOLE + _COUNT in labels else []
    return {name: _times(labels, name) for name in sliced or whole}


def _times(labels: dict[str, str], resource: str) -> int:
    """A count of 0 replicas stands for devices that are not shared."""
    count, replicas = labels[resource + _COUNT], labels.get(f"{resource}.replicas", "1")
    for text in (count, replicas):
        if not text.isdecimal():
            raise ValueError(text)
    return int(count) * max(int(replicas), 1)


def _offered(capacity: dict[str, str], resource: str) -> int:
    found = (capacity.get(name, "0") for name in (resource, resource + _SHARED))
    return sum(int(count) for count in found if count.isdecimal())


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
