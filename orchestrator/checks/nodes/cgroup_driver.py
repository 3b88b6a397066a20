"""Whether each node's kubelet and container runtime keep cgroups by the driver that is asked for."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.checks.verdicts import answers, failed, judge_answer, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "node"
_HIDDEN = (
    "the cgroup driver cannot be told: the probe sees its cgroup under no name of Kubernetes's, "
    "as is usual in pods with cgroups v2"
)


class Expect(Model):
    driver: Literal["systemd", "cgroupfs"]


class Cgroup(Tolerant):
    driver: str | None = None
    seen_in: str | None = None


class Observed(Tolerant):
    cgroup: Cgroup


class CgroupDriver(Requirement):
    check: Literal["cgroup-driver"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return (judge_answer(answer, "cgroups", self._weigh) for answer in answers(evidence, PROBE))

    def _weigh(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        cgroup, wanted = Observed.model_validate(data).cgroup, self.expect.driver
        seen = {"observed": cgroup.driver, "expected": wanted}
        if cgroup.driver is None:
            return unknown(subject, _HIDDEN, **seen)
        told = f"the cgroup driver is {cgroup.driver} (seen in {cgroup.seen_in})"
        if cgroup.driver != wanted:
            return failed(subject, f"{told}; expected: {wanted}", **seen)
        return passed(subject, told, **seen)
