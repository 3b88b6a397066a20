"""Whether GPU nodes have the version of cgroups by which the driver limits a workload's share of a GPU."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.checks.nvidia.gpu_signs import judge_gpu_nodes
from orchestrator.checks.verdicts import answers, failed, judge_answer, node_subject, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model, Tolerant
from orchestrator.objects import Node
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "node"


class Expect(Model):
    version: Literal[1, 2] = 2

    def __str__(self) -> str:
        return f"cgroups v{self.version}"


class Cgroup(Tolerant):
    """`version` is 1 for the hybrid layout too, and None where a pod cannot tell."""

    version: Literal[1, 2] | None = None


class Observed(Tolerant):
    cgroup: Cgroup


class GpuCgroups(Requirement):
    check: Literal["gpu-cgroups"]
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
            return judge_answer(answer, "cgroups", self._weigh)

        return judge_gpu_nodes(evidence, judge_node)

    def _weigh(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        version = Observed.model_validate(data).cgroup.version
        if version is None:
            return unknown(subject, "the version of cgroups cannot be told", expected=str(self.expect))
        speak = passed if version == self.expect.version else failed
        message = f"the node has cgroups v{version}; needed: {self.expect}"
        return speak(subject, message, observed=version, expected=str(self.expect))
