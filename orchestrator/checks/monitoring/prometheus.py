"""Which Prometheus servers run, how they were installed, in which version, and healthy."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from orchestrator.checks.monitoring.servers import Custom, Server, customs, servers
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, subject_of, unknown, warned
from orchestrator.checks.workloads import RESOURCES
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.objects import Object
from orchestrator.requirement import Requirement, Status, Verdict
from orchestrator.version import VersionRange


class Expect(Model):
    """At least one server is installed `by` whom it must be, in a `version` of this range, and available.

    `chart` is the range of the kube-prometheus-stack. With `none` there is no server instead. Servers whose
    namespace or name is like one of `besides` (globs) are left out of account.
    """

    by: Literal["anyone", "operator"] = "anyone"
    version: VersionRange | None = None
    chart: VersionRange | None = None
    none: bool = False
    besides: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.none:
            return "no other Prometheus"
        version = f" {self.version}" if self.version else ""
        made = " made by the Prometheus Operator" if self.by == "operator" else ""
        chart = f" of kube-prometheus-stack {self.chart}" if self.chart else ""
        return f"Prometheus{version}{made}{chart}, available"


class PrometheusServer(Requirement):
    check: Literal["prometheus"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (*RESOURCES, "prometheuses")

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        every = servers(inventory)
        found = [server for server in every if not self._besides(server.workload)]
        if self.expect.none:
            yield from self._judge_absence(found)
            return
        meant = [server for server in found if server.custom or self.expect.by == "anyone"]
        served = [server.custom for server in every]
        idle = [each for each in customs(inventory) if each not in served and not self._besides(each)]
        judged = [*map(self._judge_server, meant), *map(self._judge_idle, idle)]
        yield from _weighed(judged) if judged else [self._none(found)]

    def _besides(self, each: Object) -> bool:
        names = (each.meta.namespace, each.meta.name)
        return any(fnmatchcase(name, glob) for name in names for glob in self.expect.besides)

    def _judge_absence(self, found: list[Server]) -> Iterator[Verdict]:
        for server in found:
            seen = {"observed": str(server.workload), "expected": str(self.expect)}
            message = f"{_named(server)} is in the cluster already, installed {server.maker}"
            yield failed(server.workload.subject, message, **seen)
        if not found:
            yield passed(CLUSTER, "there is no other Prometheus in the cluster")

    def _judge_server(self, server: Server) -> Verdict:
        seen = {"observed": str(server.workload), "expected": str(self.expect)}
        subject, named = server.workload.subject, _named(server)
        if problem := _unavailable(server):
            return failed(subject, f"{named}, installed {server.maker}, is not available: {problem}", **seen)
        for program, version, supported in (
            ("Prometheus", server.version, self.expect.version),
            ("kube-prometheus-stack", server.chart, self.expect.chart),
        ):
            if supported and version is None:
                return unknown(subject, f"the version of {program} cannot be told", **seen)
            if supported and version and not supported.admits(version):
                return failed(subject, f"{program} is {version}; supported: {supported}", **seen)
        return passed(subject, f"{named} runs, installed {server.maker}", **seen)

    def _judge_idle(self, custom: Custom) -> Verdict:
        why = "it is paused" if custom.paused else "no Prometheus Operator has taken it up"
        message = f"there is no server for this object: {why}"
        return failed(subject_of(custom), message, expected=str(self.expect))

    def _none(self, found: list[Server]) -> Verdict:
        seen = {"observed": [str(server.workload) for server in found], "expected": str(self.expect)}
        if found:
            others = ", ".join(server.workload.subject.name for server in found[:3])
            message = f"no Prometheus was made by the Prometheus Operator; installed directly: {others}"
            return failed(CLUSTER, message, **seen)
        return failed(CLUSTER, "no Prometheus runs", **seen)


def _named(server: Server) -> str:
    return f"Prometheus {server.version}" if server.version else "Prometheus"


def _unavailable(server: Server) -> str:
    """What keeps a server from being used, by its operator's conditions or its pods; empty when nothing."""
    for condition in server.custom.conditions if server.custom else ():
        if condition.type in ("Available", "Reconciled") and condition.status != "True":
            words = ": ".join(filter(None, (condition.reason, condition.message)))
            return f"{condition.type} is {condition.status}{f' ({words})' if words else ''}"
    workload = server.workload
    ready = f"{workload.ready} of {workload.desired} pods are ready"
    return "" if workload.desired and workload.ready >= workload.desired else ready


def _weighed(judged: list[Verdict]) -> Iterator[Verdict]:
    """One good server is enough: where there is one, what is wrong with the others is a warning."""
    enough = any(verdict.status is Status.PASS for verdict in judged)
    for verdict in judged:
        milder = enough and verdict.status in (Status.FAIL, Status.UNKNOWN)
        seen = {"observed": verdict.observed, "expected": verdict.expected}
        yield warned(verdict.subject, verdict.message, **seen) if milder else verdict
