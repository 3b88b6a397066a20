"""Whether a program of the cluster is started with the arguments that it must have, and without others."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.checks.workloads import RESOURCES, Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """A workload is meant when a container's image is like one of `images` (without tag or digest).

    Some argument of it is like each of `needed`, and none like one of `refused` (globs all).
    """

    title: str = Field(min_length=1)
    images: tuple[str, ...] = Field(min_length=1)
    needed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def __str__(self) -> str:
        without = f", without {' '.join(self.refused)}" if self.refused else ""
        return f"{self.title}: with {' '.join(self.needed)}{without}"


class Arguments(Requirement):
    check: Literal["arguments"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return RESOURCES

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = [w for w in workloads(inventory_of(evidence)) if w.runs_image(self.expect.images)]
        if not found:
            yield failed(CLUSTER, f"{self.expect.title} does not run", expected=str(self.expect))
        yield from map(self._judge_workload, found)

    def _judge_workload(self, workload: Workload) -> Verdict:
        given = workload.arguments(self.expect.images)
        lacking = [glob for glob in self.expect.needed if not any(fnmatchcase(arg, glob) for arg in given)]
        refused = [arg for arg in given if any(fnmatchcase(arg, glob) for glob in self.expect.refused)]
        seen = {"observed": given, "expected": str(self.expect)}
        told = (
            f"without {' '.join(lacking)}" if lacking else "",
            f"with {' '.join(refused)}" if refused else "",
        )
        if wrong := " and ".join(filter(None, told)):
            return failed(workload.subject, f"{self.expect.title} is started {wrong}", **seen)
        return passed(workload.subject, f"{self.expect.title} is started as it must be", **seen)
