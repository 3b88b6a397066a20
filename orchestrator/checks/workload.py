"""Whether a program runs in the cluster, as whatever workload: in which version, and healthy."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, unknown
from orchestrator.checks.workloads import RESOURCES, Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict
from orchestrator.version import VersionRange


class Expect(Model):
    """A workload is meant when a container's image is like one of `images` (without tag or digest).

    `name` and `namespace` (globs) narrow that. At least and at most so many of them may run (a workload that
    wants no pods does not run), each in a `version` of this range, with all its pods ready.
    """

    title: str = Field(min_length=1)
    images: tuple[str, ...] = Field(min_length=1)
    name: str = "*"
    namespace: str = "*"
    at_least: int = Field(default=1, ge=0)
    at_most: int | None = Field(default=None, ge=0)
    version: VersionRange | None = None

    def __str__(self) -> str:
        where = "" if self.namespace == "*" else f" in namespace {self.namespace}"
        most = "" if self.at_most is None else f", at most {self.at_most}"
        version = f", version {self.version}" if self.version else ""
        least = f"at least {self.at_least}" if self.at_least != 1 else "runs"
        return f"{self.title}: {'none runs' if self.at_most == 0 else f'{least}{most}'}{where}{version}"


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
        elif len(running) < self.expect.at_least:
            yield self._too_few(meant, found, running)
        elif running:
            yield from map(self._judge_workload, running)
        else:
            yield passed(CLUSTER, f"no {self.expect.title} runs", observed=_told(found))

    def _too_many(self, workload: Workload, count: int) -> Verdict:
        most = self.expect.at_most
        admitted = f"{count} of it run, and at most {most} may" if most else "which must not run here"
        message = f"this is {self.expect.title}: {admitted}"
        return failed(workload.subject, message, observed=str(workload), expected=str(self.expect))

    def _too_few(self, meant: list[Workload], found: list[Workload], running: list[Workload]) -> Verdict:
        seen = {"observed": _told(meant), "expected": str(self.expect)}
        title, least = self.expect.title, self.expect.at_least
        if running:
            return failed(CLUSTER, f"only {len(running)} {title} runs, not {least}", **seen)
        if found:
            return failed(found[0].subject, f"{title} is there, but no pod of it is wanted anywhere", **seen)
        if meant:
            return failed(CLUSTER, f"{title} does not run where it should, but {_where(meant)}", **seen)
        return failed(CLUSTER, f"{title} does not run", **seen)

    def _judge_workload(self, workload: Workload) -> Verdict:
        subject, title, supported = workload.subject, self.expect.title, self.expect.version
        version = workload.version_of(self.expect.images)
        seen = {"observed": str(workload), "expected": str(self.expect)}
        if workload.ready < workload.desired:
            message = f"{title} is not healthy: {workload.ready} of {workload.desired} pods are ready"
            return failed(subject, message, **seen)
        if supported is None:
            return passed(subject, f"{title} runs", **seen)
        if version is None:
            return unknown(subject, f"{title} runs in a version that cannot be told", **seen)
        if not supported.admits(version):
            return failed(subject, f"{title} is {version}; supported: {supported}", **seen)
        return passed(subject, f"{title} is {version}", **seen)


def _told(found: list[Workload]) -> list[str]:
    return [str(workload) for workload in found]


def _where(found: list[Workload]) -> str:
    return ", ".join(f"as {w.kind} {w.meta.name} in {w.meta.namespace}" for w in found[:3])
