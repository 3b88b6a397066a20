"""(profile, inventory, settings) → plan: all that a run will execute, fixed before anything is created."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field

from orchestrator.condition import Facts
from orchestrator.errors import UsageError
from orchestrator.evidence import Cell, Outcome, Reason, Target, TargetKind
from orchestrator.inventory.model import Inventory, Malformed, Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.probe import ProbeSpec, catalogue
from orchestrator.profile.model import Profile
from orchestrator.requirement import Requirement
from orchestrator.version import Version

DEFAULT_IMAGE = "docker.io/library/python:3.12-slim"
RUN_LABEL = "runai-preflight/run"
UNIT_LABEL = "runai-preflight/unit"
DRIVER_ANNOTATION = "runai-preflight/driver"
OURS = f"app.kubernetes.io/name=runai-preflight,{RUN_LABEL}"
_PAGE = 500
_RUN_OBJECTS = 2  # the run Job and the ConfigMap
_REQUESTS_PER_UNIT = 2  # create its Job, read its log
_FIXED_REQUESTS = 20
_SECONDS_PER_JOB = 0.3
_FIXED_SECONDS = 10
_PULL_ALLOWANCE = 120
_COLLECT_RESERVE = 10
_CLEANUP_RESERVE = 60
_WITHOUT_SCC = frozenset(  # OpenShift's own namespaces, in which pods get no user from it
    {"default", "kube-public", "kube-system", "openshift", "openshift-infra", "openshift-node"}
)
_JOBS_COUNT_PODLESS = Version.parse("1.26")
_Settled = tuple[str, Outcome, Reason, str]  # a node's name, and why it gets no pod


class Proxy(Model):
    """How the site's proxy is reached; credentials never stand here but in a Secret (`proxy_secret`)."""

    https: str
    no_proxy: str = ""


class Site(Model):
    """What the user says of the site and of how to run there; `timeout` is of the whole run, in seconds."""

    namespace: str = "default"
    image: str = DEFAULT_IMAGE
    image_pull_policy: str = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    proxy: Proxy | None = None
    proxy_secret: str | None = None
    ca_bundle: str | None = None
    timeout: int = Field(default=600, ge=30)


class Deadlines(Model):
    """The nested clocks, in seconds: probe < pod < work < run.

    `work` is what the driver waits for answers, `run` what the run Job lives if the driver dies, and `keep`
    how long the run Job stays once it has ended.
    """

    probe: int
    pod: int
    work: int
    run: int
    keep: int = 60


class Estimate(Model):
    """What a run costs the cluster at its default rates; `seconds` is the typical duration."""

    objects: int
    pods_at_once: int
    api_requests: int
    seconds: int


class Unit(Model):
    """One pod to be run: which probes, on which target, under which name."""

    name: str
    pod: str
    target: Target
    probes: tuple[str, ...]


class Plan(Model):
    """Every cell of the ledger before the run. `settled` cells will have no pod, and say why.

    `scc` tells that OpenShift's security context constraints choose the user that pods run as.
    """

    run_id: str
    name: str
    site: Site
    scc: bool
    keeper: bool
    deadlines: Deadlines
    estimate: Estimate
    units: tuple[Unit, ...]
    settled: tuple[Cell, ...]
    parameters: dict[str, dict[str, Any]]

    @property
    def selector(self) -> str:
        return f"{RUN_LABEL}={self.run_id}"


def make_plan(
    profiles: Iterable[Profile], inventory: Inventory, facts: Facts, site: Site, run_id: str
) -> Plan:
    """The plan for this cluster; the same input gives the same plan."""
    parameters = merge_questions(profiles, inventory, facts, site)
    specs = [catalogue()[name] for name in parameters]
    runnable, settled = _split(inventory.nodes, inventory.malformed)
    units = tuple(_units(specs, runnable, run_id))
    return Plan(
        run_id=run_id,
        name=f"preflight-{run_id}",
        site=site,
        scc=facts.distribution == "openshift" and site.namespace not in _WITHOUT_SCC,
        keeper=_needs_keeper(inventory.server_version),
        deadlines=_deadlines(specs, site.timeout),
        estimate=_estimate(len(units), inventory, keeper=_needs_keeper(inventory.server_version)),
        units=units,
        settled=tuple(_settled_cells(specs, settled)),
        parameters=parameters,
    )


def merge_questions(
    profiles: Iterable[Profile], inventory: Inventory, facts: Facts, site: Site
) -> dict[str, dict[str, Any]]:
    """The parameters of every probe to run: the questions of all rows that may apply, each asked once.

    Where anything is asked, the probes that always run come along.
    """
    asked: dict[str, dict[str, Any]] = {}
    for question in (question for row in _applicable(profiles, facts) for question in row.asks(inventory)):
        merged = asked.setdefault(question.probe, {})
        for key, values in question.parameters.items():
            known = merged.setdefault(key, [])
            known.extend(value for value in values if value not in known)
    chosen = [spec for spec in catalogue().values() if spec.name in asked or (asked and spec.always)]
    return {spec.name: _with_site(spec, asked.get(spec.name, {}), site) for spec in chosen}


def resources_read(profiles: Iterable[Profile], facts: Facts) -> set[str]:
    """What the rows that may apply read beside what every inventory has."""
    read = {name for row in _applicable(profiles, facts) for name in row.reads()}
    return read - set(Resource)


def _applicable(profiles: Iterable[Profile], facts: Facts) -> Iterator[Requirement]:
    for profile in profiles:
        yield from (row for row in profile.requirements if row.when.decide(facts).holds is not False)


def _with_site(spec: ProbeSpec, parameters: dict[str, Any], site: Site) -> dict[str, Any]:
    parameters["timeout"] = spec.timeout
    if "endpoints" in parameters and site.proxy:
        parameters["proxy"] = {"https": site.proxy.https, "no_proxy": site.proxy.no_proxy}
    if "endpoints" in parameters and site.ca_bundle:
        parameters["caFile"] = "ca.pem"
    return parameters


def _split(nodes: Iterable[Node], malformed: Iterable[Malformed]) -> tuple[list[Node], list[_Settled]]:
    runnable: list[Node] = []
    settled: list[_Settled] = [
        (bad.name, Outcome.UNANSWERED, Reason.MALFORMED, bad.message) for bad in malformed
    ]
    for node in nodes:
        if node.windows:
            words = "the probes are Linux programs"
            settled.append((node.name, Outcome.NOT_APPLICABLE, Reason.WINDOWS, words))
        elif node.virtual:
            words = "it is no machine: it takes no pod that is pinned to it"
            settled.append((node.name, Outcome.NOT_APPLICABLE, Reason.VIRTUAL, words))
        elif not node.ready:
            settled.append((node.name, Outcome.UNANSWERED, Reason.NODE_NOT_READY, node.why_not_ready))
        else:
            runnable.append(node)
    return runnable, settled


def _units(specs: list[ProbeSpec], nodes: list[Node], run_id: str) -> Iterator[Unit]:
    """Probes of one target and pod class share a pod."""
    classes = dict.fromkeys(spec.pod for spec in specs if spec.target is TargetKind.NODE)
    for node in nodes:
        for pod in classes:
            probes = tuple(spec.name for spec in specs if spec.pod == pod)
            target = Target(kind=TargetKind.NODE, name=node.name)
            yield Unit(name=_name(run_id, pod, node.name), pod=pod, target=target, probes=probes)


def _name(run_id: str, pod: str, target: str) -> str:
    """A name of at most 63 characters, whatever the length of the node's."""
    digest = hashlib.sha256(f"{pod}/{target}".encode()).hexdigest()[:12]
    return f"preflight-{run_id}-{digest}"


def _settled_cells(specs: list[ProbeSpec], settled: list[_Settled]) -> Iterator[Cell]:
    for name, outcome, reason, message in settled:
        target = Target(kind=TargetKind.NODE, name=name)
        for spec in specs:
            yield Cell(probe=spec.name, target=target, outcome=outcome, reason=reason, message=message)


def _deadlines(specs: list[ProbeSpec], timeout: int) -> Deadlines:
    """The clocks of a run that may take `timeout` seconds; UsageError when its probes need more."""
    probe = slowest(specs, timeout)
    pod = min(probe + _PULL_ALLOWANCE, timeout - _COLLECT_RESERVE)
    return Deadlines(probe=probe, pod=pod, work=timeout, run=timeout + _CLEANUP_RESERVE)


def slowest(specs: Iterable[ProbeSpec], timeout: int) -> int:
    """The seconds that the slowest probe may take; UsageError when a run of `timeout` seconds has no time."""
    probe = max((spec.timeout for spec in specs), default=0)
    shortest = probe + 2 * _COLLECT_RESERVE
    if probe and timeout < shortest:
        raise UsageError(
            f"--timeout {timeout} is too short for probes that may take {probe} s each",
            hint=f"give at least {shortest}",
        )
    return probe


def _estimate(units: int, inventory: Inventory, *, keeper: bool) -> Estimate:
    """Measured on a real control plane: its Job controller takes about 0.3 s of its 20 writes/s for a Job."""
    pages = sum(-(-len(listed) // _PAGE) or 1 for listed in (inventory.nodes, *inventory.objects.values()))
    return Estimate(
        objects=2 * units + _RUN_OBJECTS + keeper if units else 0,
        pods_at_once=units + keeper if units else 0,
        api_requests=_FIXED_REQUESTS + pages + _REQUESTS_PER_UNIT * units,
        seconds=round(_FIXED_SECONDS + _SECONDS_PER_JOB * units),
    )


def _needs_keeper(server_version: str | None) -> bool:
    """Old Job controllers never start the clock of a Job without a pod: there the run Job has one."""
    try:
        return Version.parse(server_version or "") < _JOBS_COUNT_PODLESS
    except ValueError:
        return True
