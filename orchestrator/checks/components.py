"""Whether a program of several Deployments is there as a whole: in which version, and healthy."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.running import Versions, judge_running
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of
from orchestrator.checks.workloads import Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.requirement import Requirement, Verdict


class Expect(Versions):
    """Each of `deployments` is there, in one of `namespaces`, whatever registry its image was mirrored to.

    Each wants at least so many `replicas`, all of them ready, and runs in a wanted version.
    """

    title: str = Field(min_length=1)
    namespaces: tuple[str, ...] = Field(min_length=1)
    deployments: tuple[str, ...] = Field(min_length=1)
    replicas: int = Field(default=1, ge=1)

    @property
    def of_each(self) -> str:
        """What is expected of each Deployment."""
        replicas = f", {self.replicas} replicas" if self.replicas > 1 else ""
        return f"runs{replicas}{self.versions}"

    def __str__(self) -> str:
        names, places = ", ".join(self.deployments), " or ".join(self.namespaces)
        return f"{self.title}: {names} in {places}: {self.of_each}"


class Components(Requirement):
    check: Literal["components"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return ("deployments",)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = [w for w in workloads(inventory_of(evidence)) if self._is_part(w)]
        missing = [name for name in self.expect.deployments if name not in {w.meta.name for w in found}]
        if missing:
            yield self._incomplete(found, missing)
        yield from map(self._judge_part, found)

    def _is_part(self, workload: Workload) -> bool:
        meta = workload.meta
        named = meta.name in self.expect.deployments and meta.namespace in self.expect.namespaces
        return named and workload.kind == "Deployment"

    def _incomplete(self, found: list[Workload], missing: list[str]) -> Verdict:
        where = " or ".join(self.expect.namespaces)
        how = "half installed" if found else "not installed"
        message = f"{self.expect.title} is {how}: there is no Deployment {', '.join(missing)} in {where}"
        names = [w.subject.name for w in found]
        return failed(CLUSTER, message, observed=names, expected=str(self.expect))

    def _judge_part(self, part: Workload) -> Verdict:
        title, expected = f"{part.meta.name} of {self.expect.title}", self.expect.of_each
        if part.desired < self.expect.replicas:
            wanted = f"{part.desired} {'replica' if part.desired == 1 else 'replicas'}"
            message = f"{title} has {wanted}, not {self.expect.replicas}"
            return failed(part.subject, message, observed=str(part), expected=expected)
        return judge_running(part, title, part.version_of(["*"]), self.expect, expected)
