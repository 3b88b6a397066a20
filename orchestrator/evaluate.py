"""(profile, evidence) → report. No clock, no client, no cloud: the same input gives the same bytes."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from orchestrator.checks.verdicts import CLUSTER
from orchestrator.condition import Facts
from orchestrator.evidence import Evidence, Outcome
from orchestrator.inventory.distribution import detect
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import reason
from orchestrator.probe import ProbeSpec, catalogue
from orchestrator.profile.fill import filled
from orchestrator.profile.model import Profile
from orchestrator.report.model import NOT_TRIED, Coverage, Finding, ProfileRef, Report, Summary
from orchestrator.requirement import Requirement, Severity, Status, Subject, Verdict

_NO_CLUSTER = "does not apply: this run looked at no cluster"


def evaluate(profile: Profile, evidence: Evidence, features: frozenset[str]) -> Report:
    """Judge every requirement of the profile; each one yields at least one finding."""
    settings = evidence.run.settings
    profile, facts = filled(profile, settings), facts_of(evidence.inventory, features, settings)
    with _uncollected():
        findings = tuple(f for row in profile.requirements for f in _judge(row, evidence, facts))
    return Report(
        tool=evidence.tool,
        profile=ProfileRef.of(profile),
        features=tuple(sorted(features)),
        cluster=evidence.cluster,
        distribution=facts.distribution,
        run=evidence.run,
        summary=_summary(findings),
        coverage=_coverage(evidence),
        findings=findings,
        ledger=evidence.ledger,
        unread=evidence.inventory.unread if evidence.inventory else (),
        cleanup=evidence.cleanup,
    )


def facts_of(inventory: Inventory | None, features: frozenset[str], given: Iterable[str] = ()) -> Facts:
    """What conditions are decided on."""
    if inventory is None:
        return Facts(features=features, given=frozenset(given))
    distribution = detect(inventory)
    return Facts(
        distribution=distribution.id if distribution else None,
        kubernetes=inventory.server_version,
        openshift=inventory.openshift_version,
        features=features,
        given=frozenset(given),
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: findings hold no cycles, and walking a fleet's takes as long as judging it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _judge(row: Requirement, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    applies = row.when.decide(facts)
    if evidence.inventory is None and _of_a_cluster(row):
        yield _finding(row, Verdict(status=Status.SKIP, subject=CLUSTER, message=_NO_CLUSTER))
    elif applies.holds is False:
        yield _finding(
            row, Verdict(status=Status.SKIP, subject=CLUSTER, message=f"does not apply: {applies.words}")
        )
    elif applies.holds is None:
        message = f"whether this applies is not known: {applies.words}"
        yield _finding(row, Verdict(status=Status.UNKNOWN, subject=CLUSTER, message=message))
    elif unasked := _not_consented(row, evidence):
        words = f"{NOT_TRIED}the {unasked.name} probe {unasked.consent}; --probe {unasked.name} runs it"
        yield _finding(row, Verdict(status=Status.SKIP, subject=CLUSTER, message=words))
    else:
        judged = list(_unreadable(row, evidence)) or [*_judged(row, evidence), *_malformed(row, evidence)]
        yield from _findings(row, judged or [_silent(row, evidence)])


def _of_a_cluster(row: Requirement) -> bool:
    """Whether a machine alone tells nothing of this row: it reads the API, or a probe needs pods."""
    return bool(row.reads()) or any(not catalogue()[asked.probe].host for asked in row.asks(Inventory()))


def _not_consented(row: Requirement, evidence: Evidence) -> ProbeSpec | None:
    """The probe that this row asks and that costs something, where nobody said that it may."""
    asked = (catalogue()[question.probe] for question in row.asks(evidence.inventory or Inventory()))
    return next((spec for spec in asked if spec.consent and spec.name not in evidence.run.consents), None)


def _judged(row: Requirement, evidence: Evidence) -> list[Verdict]:
    """What the check says; where an object has a field of another type than it must have, that."""
    try:
        return list(row.judge(evidence))
    except ValidationError as error:
        message = f"an object of the API cannot be understood: {reason(error)}"
        return [Verdict(status=Status.UNKNOWN, subject=CLUSTER, message=message)]


def _unreadable(row: Requirement, evidence: Evidence) -> Iterator[Verdict]:
    """Why this row cannot be judged from the inventory at hand."""
    for resource in row.reads():
        if evidence.inventory and (unread := evidence.inventory.missing(resource)):
            message = f"could not {unread.verb} {resource}: {unread.message}"
            yield Verdict(status=Status.UNKNOWN, subject=CLUSTER, message=message)


def _malformed(row: Requirement, evidence: Evidence) -> Iterator[Verdict]:
    """What this row cannot know of nodes that could not be understood."""
    if Resource.NODES in row.reads() and evidence.inventory:
        for node in evidence.inventory.malformed:
            subject = Subject(kind="Node", name=node.name)
            message = f"the API's object of this node cannot be understood: {node.message}"
            yield Verdict(status=Status.UNKNOWN, subject=subject, message=message)


def _silent(row: Requirement, evidence: Evidence) -> Verdict:
    questions = row.asks(evidence.inventory or Inventory())
    asked = ", ".join(sorted({question.probe for question in questions}))
    message = f"the {asked} probe was not run" if asked else "there was nothing to judge"
    return Verdict(status=Status.UNKNOWN, subject=CLUSTER, message=message)


def _findings(row: Requirement, verdicts: Iterable[Verdict]) -> Iterator[Finding]:
    """One a verdict: of one status, a fleet's differ in nothing but what is seen."""
    forms: dict[Status, Finding] = {}
    for verdict in verdicts:
        status, subject, message, observed, expected = verdict
        form = forms.get(status) or forms.setdefault(status, _finding(row, verdict))
        seen = {"subject": subject, "message": message, "observed": observed, "expected": expected}
        yield form.model_copy(update=seen)


def _finding(row: Requirement, verdict: Verdict) -> Finding:
    """A requirement that is only recommended warns where a required one fails."""
    softened = verdict.status is Status.FAIL and row.severity is not Severity.REQUIRED
    status = Status.WARN if softened else verdict.status
    needs_action = status in (Status.FAIL, Status.WARN, Status.UNKNOWN)
    return Finding(
        id=row.id,
        title=row.title,
        check=row.check,
        status=status,
        severity=row.severity,
        subject=verdict.subject,
        message=verdict.message,
        observed=verdict.observed,
        expected=verdict.expected,
        remedy=row.remedy if needs_action else None,
        source=row.source,
    )


def _summary(findings: tuple[Finding, ...]) -> Summary:
    return Summary.model_validate(Counter(finding.status for finding in findings))


def _coverage(evidence: Evidence) -> Coverage:
    expected = [cell for cell in evidence.ledger if cell.outcome is not Outcome.NOT_APPLICABLE]
    answered = sum(cell.outcome is Outcome.ANSWERED for cell in expected)
    return Coverage(expected=len(expected), answered=answered)
