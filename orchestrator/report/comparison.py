"""How several profiles judge the same run: which releases would install here?"""

from typing import Literal

from orchestrator.evidence import API_VERSION, Cleanup, ClusterIdentity, RunInfo, Tool
from orchestrator.model import Model
from orchestrator.report.fold import URGENCY, Row, fold_findings
from orchestrator.report.headline import Answer, answer, verdict
from orchestrator.report.model import Coverage, ProfileRef, Report, Summary
from orchestrator.requirement import Severity, Status


class Reason(Model):
    """A requirement that is not met or not known, in the words of its most urgent finding."""

    id: str
    status: Status
    severity: Severity
    message: str


class Standing(Model):
    """What one profile says of the run. `failing` and `unknown` are ids of required requirements."""

    profile: ProfileRef
    answer: Answer
    headline: str
    summary: Summary
    failing: tuple[str, ...]
    unknown: tuple[str, ...]
    reasons: tuple[Reason, ...]


class Comparison(Model):
    """The reports of one run by several profiles, in short. The evidence gives each of them in full."""

    api_version: Literal["runai-preflight/v1"] = API_VERSION
    kind: Literal["Comparison"] = "Comparison"
    tool: Tool
    features: tuple[str, ...] = ()
    cluster: ClusterIdentity | None = None
    distribution: str | None = None
    run: RunInfo
    coverage: Coverage
    cleanup: Cleanup
    standings: tuple[Standing, ...]


def compare(reports: tuple[Report, ...]) -> Comparison:
    """At least one report, all of the same run, in the order in which they are to stand."""
    first = reports[0]
    return Comparison(
        tool=first.tool,
        features=tuple(sorted({feature for report in reports for feature in report.features})),
        cluster=first.cluster,
        distribution=first.distribution,
        run=first.run,
        coverage=first.coverage,
        cleanup=first.cleanup,
        standings=tuple(map(_standing, reports)),
    )


def _standing(report: Report) -> Standing:
    rows = fold_findings(report.findings)
    return Standing(
        profile=report.profile,
        answer=answer(rows, report.coverage),
        headline=verdict(rows, report.coverage, report.profile.narrowed),
        summary=report.summary,
        failing=_required(rows, Status.FAIL),
        unknown=_required(rows, Status.UNKNOWN),
        reasons=tuple(_reason(row) for row in sorted(rows, key=_urgency) if _is_reason(row)),
    )


def _required(rows: tuple[Row, ...], status: Status) -> tuple[str, ...]:
    return tuple(row.id for row in rows if row.first.severity is Severity.REQUIRED and row.having(status))


def _is_reason(row: Row) -> bool:
    return row.first.severity is Severity.REQUIRED and bool(row.having(Status.FAIL, Status.UNKNOWN))


def _urgency(row: Row) -> int:
    return URGENCY.index(row.status)


def _reason(row: Row) -> Reason:
    group = row.groups[0]
    return Reason(id=row.id, status=group.status, severity=row.first.severity, message=group.message)
