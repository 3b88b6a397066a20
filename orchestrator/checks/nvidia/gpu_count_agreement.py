"""Whether the kubelet offers as many GPUs of a node as the driver has there, and the PCI bus shows."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.checks.nvidia.gpu_signs import WHOLE, judge_gpu_nodes, pods_for_each
from orchestrator.checks.nvidia.nvml import PROBE, View
from orchestrator.checks.verdicts import (
    answers,
    failed,
    judge_answer,
    node_subject,
    passed,
    skipped,
    unknown,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_SLICE = "nvidia.com/mig-"
_EXPECTED = "as many GPUs offered by the kubelet as the driver has and the PCI bus shows"


class Expect(Model):
    """Nothing to tune: the counts are the same or they are not."""


class GpuCountAgreement(Requirement):
    check: Literal["gpu-count-agreement"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = {answer.cell.target.name: answer for answer in answers(evidence, PROBE)}

        def judge_node(node: Node) -> Verdict:
            answer = found.get(node.name)
            if answer is None:
                return unknown(node_subject(node), f"the {PROBE} probe was not run")
            return judge_answer(answer, "its GPUs", lambda subject, data: _compare(subject, data, node))

        return judge_gpu_nodes(evidence, judge_node)


def _compare(subject: Subject, data: dict[str, Any], node: Node) -> Verdict:
    view = View.of(data)
    divided = any(gpu.mig and gpu.mig.current for gpu in view.devices)
    if divided or any(name.startswith(_SLICE) for name in node.capacity):
        return skipped(subject, "nothing to compare: its GPUs are divided by MIG, the kubelet offers slices")
    if view.count is None:
        return unknown(subject, view.obstacle or "NVML did not count the GPUs")
    counts = {"kubelet": _offered(node), "driver": view.count, "PCI bus": view.pci and view.pci.bound}
    known = {name: count for name, count in counts.items() if count is not None}
    seen = {"observed": known, "expected": _EXPECTED}
    if len(set(known.values())) > 1:
        told = ", ".join(f"{name}: {count}" for name, count in known.items())
        return failed(subject, f"not everybody has as many GPUs ({told})", **seen)
    return passed(subject, f"{view.count} of {view.count} GPUs are offered", **seen)


def _offered(node: Node) -> int:
    """Whole GPUs, however many share each."""
    offered = sum(int(count) for name in WHOLE if (count := node.capacity.get(name, "0")).isdecimal())
    return offered // pods_for_each(node)
