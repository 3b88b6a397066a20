"""`-o table`: the report for a reader at a terminal, the answer first, then what is to be done."""

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console

from orchestrator.redact import clean, strip_controls
from orchestrator.report.fold import Group, Row, fold_findings
from orchestrator.report.headline import Answer, answer, counted, headline, scope
from orchestrator.report.model import Finding, Report
from orchestrator.report.page import INDENT, Page, foreign, some
from orchestrator.report.problems import Problem, problems
from orchestrator.report.proof import add_proof
from orchestrator.requirement import Severity, Status

_MESSAGES = 5
_STYLES = {
    Status.FAIL: "bold red",
    Status.UNKNOWN: "bold magenta",
    Status.WARN: "bold yellow",
    Status.PASS: "green",
    Status.SKIP: "dim",
}
_ANSWERS = {Answer.READY: "bold green", Answer.NOT_READY: "bold red"}


def print_table(report: Report, stream: TextIO) -> None:
    """Write the report as it fits the stream: its width, colour on a terminal unless NO_COLOR is set."""
    console = Console(file=stream)
    color = console.is_terminal and not console.no_color
    stream.write(render_table(report, width=console.width, color=color))


def render_table(report: Report, *, width: int, color: bool = False) -> str:
    """The report in lines of at most `width` columns; commands and long words alone are never broken."""
    page, rows = Page(width, color=color), fold_findings(report.findings)
    _add_head(page, report, rows)
    for problem in problems(rows):
        page.gap()
        _add_problem(page, problem)
    _add_settled(page, Status.PASS, rows)
    _add_settled(page, Status.SKIP, rows)
    page.gap()
    add_proof(page, report)
    return str(page)


def _add_head(page: Page, report: Report, rows: tuple[Row, ...]) -> None:
    style = _ANSWERS.get(answer(rows), "bold magenta")
    page.paragraph((headline(rows), style), f" \N{EM DASH} {foreign(scope(report))}", indent=0)
    if report.run.interrupted:
        page.paragraph("The run was interrupted: what it had not come to is unknown.", indent=0)
    if not report.profile.complete:
        page.paragraph(f"This profile does not cover all of {clean(report.profile.document)}.", indent=0)


def _add_problem(page: Page, problem: Problem) -> None:
    first = problem.rows[0].first
    alone = len(problem.rows) == 1
    title = clean(first.title) if alone else f"{len(problem.rows)} requirements cannot be judged"
    note = "" if problem.severity is Severity.REQUIRED else f", {problem.severity}"
    ids = ", ".join(row.id for row in problem.rows)
    label, style = problem.status.upper(), _STYLES[problem.status]
    page.paragraph((title, "bold"), f" ({ids}{note})", label=label, style=style)
    _add_groups(page, problem)
    if alone:
        _add_remedy(page, first)
    else:
        page.paragraph(("To do: ", "bold"), "see at the end why the probes gave no answer")


def _add_groups(page: Page, problem: Problem) -> None:
    row, groups = problem.rows[0], problem.groups
    for group in groups[:_MESSAGES]:
        known = "" if group.status is problem.status else f"{group.status}: "
        page.paragraph(f"{_who(group, row)}{known}{foreign(group.message)}")
        if group.number > 1:
            page.paragraph((some(group.names), "dim"), indent=INDENT + 2)
    if rest := groups[_MESSAGES:]:
        page.paragraph(f"and {sum(group.number for group in rest):,} more, with other messages")


def _who(group: Group, row: Row) -> str:
    """Whom a message is about, to stand before it."""
    kind, name = group.findings[0].subject.kind, group.names[0]
    if kind == "Cluster":
        return ""
    if group.number == 1:
        return f"{kind.lower()} {foreign(name)}: "
    if group.number == row.number:
        return f"all {counted(group.number, kind.lower())}: "
    return f"{group.number:,} of {counted(row.number, kind.lower())}: "


def _add_remedy(page: Page, finding: Finding) -> None:
    """An unknown may need no change: it is told what there would be to do, without commands."""
    if finding.remedy:
        lead = "If it is not met: " if finding.status is Status.UNKNOWN else "To do: "
        page.paragraph((lead, "bold"), clean(finding.remedy.text))
        for command in finding.remedy.commands if finding.status is not Status.UNKNOWN else ():
            page.verbatim(strip_controls(command), INDENT + 2)
    source = finding.source
    told = f"Source: {source.document}, {source.section}" + (f", {source.url}" if source.url else "")
    page.paragraph((clean(told), "dim"))


def _add_settled(page: Page, status: Status, rows: Iterable[Row]) -> None:
    """The requirements that need no action, a line each where the width allows."""
    settled = [row for row in rows if row.status is status]
    if settled:
        page.gap()
        page.paragraph(counted(len(settled), "requirement"), label=status.upper(), style=_STYLES[status])
    longest = max((len(row.id) for row in settled), default=0)
    for row in settled:
        indent = INDENT + min(longest, 28) + 2
        page.paragraph(_told(row), label=f"{'':{INDENT}}{row.id}  ", indent=indent)


def _told(row: Row) -> str:
    """All messages of a row when they are few, else how many there are."""
    told = [f"{_who(group, row)}{foreign(group.message)}" for group in row.groups[:2]]
    more = f"; and {len(row.groups) - 2:,} more messages" if len(row.groups) > 2 else ""
    return "; ".join(told) + more
