"""The answer in one line, and of what it is the answer."""

from collections import Counter
from enum import StrEnum

from orchestrator.profile.model import Narrowed
from orchestrator.report.fold import Row
from orchestrator.report.model import NOT_TRIED, Coverage, Report
from orchestrator.requirement import Severity, Status


class Answer(StrEnum):
    READY = "READY"
    NOT_READY = "NOT READY"
    INCOMPLETE = "INCOMPLETE"
    NOTHING_JUDGED = "NOTHING JUDGED"


_VERBS = {
    Status.FAIL: ("fails", "fail"),
    Status.UNKNOWN: ("is unknown", "are unknown"),
    Status.WARN: ("warns", "warn"),
    Status.PASS: ("passes", "pass"),
}


def answer(rows: tuple[Row, ...], coverage: Coverage) -> Answer:
    """Ready only if something was judged, nothing required is unmet or unknown, and every probe answered."""
    if any(row.status is Status.FAIL for row in rows):
        return Answer.NOT_READY
    if coverage.answered < coverage.expected or any(_leaves_open(row) for row in rows):
        return Answer.INCOMPLETE
    if all(row.status is Status.SKIP for row in rows):
        return Answer.NOTHING_JUDGED
    return Answer.READY


def _leaves_open(row: Row) -> bool:
    return row.first.severity is Severity.REQUIRED and bool(row.having(Status.UNKNOWN))


def headline(rows: tuple[Row, ...], coverage: Coverage, narrowed: Narrowed | None = None) -> str:
    """E.g. `NOT READY: 3 of 11 requirements fail, 1 is unknown; 23 more left out by --only nodes.*`."""
    return f"{verdict(rows, coverage, narrowed)}{f'; {narrowed}' if narrowed else ''}"


def verdict(rows: tuple[Row, ...], coverage: Coverage, narrowed: Narrowed | None = None) -> str:
    """E.g. `NOT READY: 3 of 11 requirements fail, 1 is unknown`; each counts by its most urgent status.

    What a document demands and nobody had tried is no reason against READY, but it is told.
    """
    told, missing = answer(rows, coverage), coverage.expected - coverage.answered
    gap = f"; {counted(missing, 'cell')} without an answer" if missing else ""
    untried = sum(map(_untried, rows))
    so_far = ", as far as judged" if (narrowed or untried) and told is Answer.READY else ""
    left = f"; {untried:,} required not tried (--invasive)" if untried and told is Answer.READY else ""
    return f"{told}{so_far}: {_tally(rows)}{gap if told is Answer.INCOMPLETE else left}"


def _untried(row: Row) -> bool:
    """Whether the document demands it, and nobody asked for the probe that would tell."""
    return row.first.severity is Severity.REQUIRED and row.groups[0].message.startswith(NOT_TRIED)


def _tally(rows: tuple[Row, ...]) -> str:
    counts: Counter[Status] = Counter(row.status for row in rows if row.status is not Status.SKIP)
    if not counts:
        return "no requirement applies to what was looked at"
    present = [(counts[status], verbs) for status, verbs in _VERBS.items() if counts[status]]
    told = [f"{number:,} {verbs[number != 1]}" for number, verbs in present]
    told[0] = told[0].replace(" ", f" of {counted(counts.total(), 'requirement')} ", 1)
    return ", ".join(told)


def scope(report: Report) -> str:
    """E.g. `Run:ai 2.7 on v1.23.17 (eks), 7 nodes`."""
    nodes = {f.subject.name for f in report.findings if f.subject.kind == "Node"}
    nodes |= {cell.target.name for cell in report.ledger if cell.target.kind == "Node"}
    version, distribution = report.cluster.version if report.cluster else None, report.distribution
    where = f"{version} ({distribution})" if version and distribution else version or distribution
    on = f" on {where}" if where else ""
    return f"{report.profile.title}{on}" + (f", {counted(len(nodes), 'node')}" if nodes else "")


def counted(number: int, noun: str) -> str:
    """The number with its noun, e.g. `1 node`, `7 nodes`."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """`nodes`, `StorageClasses`, `ClusterPolicies`."""
    if noun.endswith("y"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"
