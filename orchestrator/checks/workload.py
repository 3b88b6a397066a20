"""Whether a program runs in the cluster, as whatever workload: in which version, and healthy."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.counts import Counts
from orchestrator.checks.running import Versions, judge_running
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.checks.workloads import RESOURCES, Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.requirement import Requirement, Verdict


class Expect(Counts, Versions):
    """A workload is meant when a container's image is like one of `images` (without tag or digest).

    `name` and `namespace` (globs) narrow that. At least and at most so many of them may run (a workload that
    wants no pods does not run), each in a wanted version, with all its pods ready. `builds` gives the
    versions of image tags that name none, such as a commit's.
    """

    title: str = Field(min_length=1)
    images: tuple[str, ...] = Field(min_length=1)
    name: str = "*"
    namespace: str = "*"
    builds: dict[str, str] = Field(default_factory=dict)

    def __str__(self) -> str:
        where = "" if self.namespace == "*" else f" in namespace {self.namespace}"
        least = f"at least {self.least}" if self.least != 1 else "runs"
        count = "none runs" if self.at_most == 0 else f"{least}{self.up_to}"
        return f"{self.title}: {count}{where}{self.versions}"


class RunningWorkload(Requirement):
    check: Literal["workload"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return RESOURCES

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        meant = [w for w in workloads(inventory_of(evidence)) if w.runs_image(self.expect.images)]
        found = [w for w in meant if w.named(self.expect.namespace, self.expect.name)]
        running = [w for w in found if w.desired]
        if self.expect.at_most is not None and len(running) > self.expect.at_most:
            yield from (self._too_many(workload, len(running)) for workload in running)
        elif len(running) < self.expect.least:
            yield self._too_few(meant, found, running)
        elif running:
            yield from map(self._judge_workload, running)
        else:
            yield passed(CLUSTER, f"{self.expect.title} does not run", observed=_told(found))

    def _too_many(self, workload: Workload, count: int) -> Verdict:
        most = self.expect.at_most
        admitted = f": {count} of it run, and at most {most} may" if most else ", which must not run here"
        message = f"this is {self.expect.title}{admitted}"
        return failed(workload.subject, message, observed=str(workload), expected=str(self.expect))

    def _too_few(self, meant: list[Workload], found: list[Workload], running: list[Workload]) -> Verdict:
        seen = {"observed": _told(meant), "expected": str(self.expect)}
        title, least = self.expect.title, self.expect.least
        elsewhere = [workload for workload in meant if workload.desired]
        if running:
            return failed(CLUSTER, f"only {len(running)} {title} runs, not {least}", **seen)
        if found:
            return failed(found[0].subject, f"{title} is there, but no pod of it is wanted anywhere", **seen)
        if elsewhere:
            return failed(CLUSTER, f"{title} does not run where it should, but {_where(elsewhere)}", **seen)
        return failed(CLUSTER, f"{title} does not run", **seen)

    def _judge_workload(self, workload: Workload) -> Verdict:
        version = workload.version_of(self.expect.images, self.expect.builds)
        return judge_running(workload, self.expect.title, version, self.expect, str(self.expect))


def _told(found: list[Workload]) -> list[str]:
    return [str(workload) for workload in found]


def _where(found: list[Workload]) -> str:
    return ", ".join(f"as {w.kind} {w.meta.name} in {w.meta.namespace}" for w in found[:3])
