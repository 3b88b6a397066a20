"""The order of the steps: inventory → plan → run → evidence → reports, and the exit code at the end."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from orchestrator import __version__
from orchestrator.condition import Facts
from orchestrator.errors import ExitCode, FailOn, UsageError
from orchestrator.evaluate import evaluate, facts_of
from orchestrator.evidence import Cleanup, ClusterIdentity, Evidence, Given, RunInfo, Tool
from orchestrator.inventory.distribution import detect
from orchestrator.inventory.model import Inventory
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.api import Api
from orchestrator.plan.clocks import slowest
from orchestrator.plan.make import make_plan
from orchestrator.plan.model import Plan, Site
from orchestrator.plan.questions import merge_questions, resources_read
from orchestrator.probe import catalogue
from orchestrator.profile.fill import filled
from orchestrator.profile.model import Profile
from orchestrator.progress import Progress
from orchestrator.report.headline import counted
from orchestrator.report.model import Report
from orchestrator.requirement import Severity, Status
from orchestrator.run.engine import Engine
from orchestrator.run.host import run_on_host
from orchestrator.run.ledger import Result

_RUN_ID_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"  # no vowels: it spells nothing
_RUN_ID_LENGTH = 8


@dataclass(frozen=True)
class Order:
    """What an audit is asked to do: one run for all profiles. Without `probes` only the API is read.

    `consents` names the probes that cost something and are to be run all the same.
    """

    profiles: tuple[Profile, ...]
    features: frozenset[str]
    site: Site
    probes: bool = True
    consents: frozenset[str] = frozenset()
    expected_distribution: str | None = None
    given: Given = field(default_factory=Given)

    @property
    def filled(self) -> tuple[Profile, ...]:
        """The profiles for what is said of the installation."""
        return tuple(filled(profile, self.given.settings) for profile in self.profiles)

    def facts(self, inventory: Inventory | None) -> Facts:
        """What conditions are decided on, for this cluster."""
        return facts_of(inventory, self.features, self.given.settings)


class Audit(NamedTuple):
    """What was observed, and a report a profile."""

    evidence: Evidence
    reports: tuple[Report, ...]


def audit(api: Api, order: Order, progress: Progress) -> Audit:
    """The main job, end to end."""
    started = datetime.now(UTC)
    identity, inventory = read_cluster(api, order)
    version = inventory.server_version or "of unknown version"
    progress.say(f"{counted(len(inventory.nodes), 'node')}, Kubernetes {version}")
    _refuse_other_cloud(order, inventory)
    plan = plan_for(order, inventory)
    result = Engine(api, plan, progress).run() if plan.units else None
    evidence = _evidence(order, identity, inventory, plan, result, started, api.requests)
    return Audit(evidence, judge(order.profiles, evidence, order.features))


def read_cluster(api: Api, order: Order) -> tuple[ClusterIdentity, Inventory]:
    """The inventory, with what the requirements of the order's profiles read on such a cluster."""
    return read_inventory(api, lambda base: resources_read(order.profiles, order.facts(base), order.consents))


def audit_host(order: Order, progress: Progress) -> Audit:
    """The node-local probes on this machine."""
    started, run_id = datetime.now(UTC), new_run_id()
    asked = merge_questions(order.filled, Inventory(), order.facts(None), order.site, order.consents)
    parameters = {probe: values for probe, values in asked.items() if _on_host(probe, order.site)}
    if "storage" in parameters:
        parameters["storage"] |= {"role": "single", "path": order.site.storage.folder}
    slowest(parameters, order.site.timeout)
    result = run_on_host(run_id, parameters, order.site.ca_bundle, order.site.timeout, progress)
    run = RunInfo(
        id=run_id,
        features=tuple(sorted(order.features)),
        **dict(order.given),
        consents=tuple(sorted(order.consents & parameters.keys())),
        shape="processes",
        started_at=started,
        ended_at=datetime.now(UTC),
        interrupted=result.interrupted,
    )
    evidence = Evidence(
        tool=Tool(version=__version__), run=run, observations=result.observations, ledger=result.cells
    )
    return Audit(evidence, judge(order.profiles, evidence, order.features))


def _on_host(probe: str, site: Site) -> bool:
    """Whether this probe makes sense on a machine alone; that of volumes needs a folder to try."""
    return catalogue()[probe].host and (probe != "storage" or site.storage.folder is not None)


def judge(profiles: tuple[Profile, ...], evidence: Evidence, features: frozenset[str]) -> tuple[Report, ...]:
    """A report a profile, each for those of the features that the profile has."""
    return tuple(evaluate(profile, evidence, features & set(profile.features)) for profile in profiles)


def _refuse_other_cloud(order: Order, inventory: Inventory) -> None:
    """Guards against auditing the wrong cluster: --cloud names what it must be."""
    found = detect(inventory)
    if order.expected_distribution and (found is None or found.id != order.expected_distribution):
        seen = f"{found.title} ({', '.join(found.evidence) or 'no sign of another'})" if found else "not told"
        raise UsageError(
            f"--cloud says {order.expected_distribution}, but the cluster is {seen}",
            hint="check --context, or leave --cloud out",
        )


def plan_for(order: Order, inventory: Inventory, run_id: str | None = None) -> Plan:
    """What this order would run on this cluster."""
    probed = inventory if order.probes else inventory.model_copy(update={"nodes": (), "malformed": ()})
    facts = order.facts(inventory)
    return make_plan(order.filled, probed, facts, order.site, run_id or new_run_id(), order.consents)


def new_run_id() -> str:
    """Short, unique enough that two audits at once do not meet, and fit for names and labels."""
    return "".join(secrets.choice(_RUN_ID_ALPHABET) for _ in range(_RUN_ID_LENGTH))


def exit_code(reports: tuple[Report, ...], fail_on: FailOn) -> ExitCode:
    """That of the best report: one release that would install is enough. Nothing judged is no answer."""
    judged = [r for r in reports if any(f.status is not Status.SKIP for f in r.findings)]
    codes = {_exit_code(report, fail_on) for report in judged or reports}
    return next(code for code in _BEST_FIRST if code in codes)


# Interruptions and leftovers are of the run, and so of every report.
_BEST_FIRST = (
    ExitCode.INTERRUPTED,
    ExitCode.LEFTOVERS,
    ExitCode.OK,
    ExitCode.FAILED,
    ExitCode.INCOMPLETE,
)


def _exit_code(report: Report, fail_on: FailOn) -> ExitCode:
    """The worst that the report holds: interrupted, then leftovers, then failed, then incomplete."""
    if report.run.interrupted:
        return ExitCode.INTERRUPTED
    if report.cleanup.left:
        return ExitCode.LEFTOVERS
    required = {f.status for f in report.findings if f.severity is Severity.REQUIRED}
    warned = any(f.status is Status.WARN for f in report.findings)
    if fail_on is FailOn.NEVER:
        return ExitCode.OK
    if Status.FAIL in required or (fail_on is FailOn.WARN and warned):
        return ExitCode.FAILED
    whole = report.coverage.answered == report.coverage.expected
    return ExitCode.INCOMPLETE if Status.UNKNOWN in required or not whole else ExitCode.OK


def _evidence(
    order: Order,
    identity: ClusterIdentity,
    inventory: Inventory,
    plan: Plan,
    result: Result | None,
    started: datetime,
    api_requests: int,
) -> Evidence:
    run = RunInfo(
        id=plan.run_id,
        features=tuple(sorted(order.features)),
        **dict(order.given),
        namespace=plan.site.namespace,
        image=plan.site.image,
        consents=plan.consents,
        shape="jobs" if result else "none",
        started_at=started,
        ended_at=datetime.now(UTC),
        interrupted=bool(result and result.interrupted),
        api_requests=api_requests,
    )
    return Evidence(
        tool=Tool(version=__version__),
        run=run,
        cluster=identity,
        inventory=inventory,
        observations=result.observations if result else (),
        ledger=result.cells if result else plan.settled,
        cleanup=result.cleanup if result else Cleanup(),
    )
