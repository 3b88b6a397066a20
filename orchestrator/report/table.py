"""`-o table`: the report for a reader at a terminal, the answer first, then what is to be done."""

from orchestrator.redact import clean
from orchestrator.report.advice import next_step
from orchestrator.report.fold import Group, Row, fold_findings
from orchestrator.report.headline import Answer, answer, counted, headline, scope
from orchestrator.report.model import Finding, Report
from orchestrator.report.page import INDENT, Page, foreign, some
from orchestrator.report.problems import Problem, problems
from orchestrator.report.proof import add_proof
from orchestrator.requirement import Severity, Status

_MESSAGES = 5
_ID_COLUMNS = 28
_STYLES = {
    Status.FAIL: "bold red",
    Status.UNKNOWN: "bold magenta",
    Status.WARN: "bold yellow",
    Status.PASS: "green",
    Status.SKIP: "dim",
}
_ANSWERS = {Answer.READY: "bold green", Answer.NOT_READY: "bold red"}


def render_table(report: Report, *, width: int, color: bool = False) -> str:
    """The report in lines of at most `width` columns; commands and long words alone are never broken."""
    page, rows = Page(width, color=color), fold_findings(report.findings)
    found = problems(rows)
    _add_answer(page, rows, report, f" \N{EM DASH} {foreign(scope(report))}")
    _add_caveats(page, report)
    for problem in found:
        page.gap()
        _add_problem(page, problem, report)
    _add_passes(page, [row for row in rows if row.status is Status.PASS])
    _add_skips(page, [row for row in rows if row.status is Status.SKIP])
    page.gap()
    add_proof(page, report)
    if found:
        page.gap()
        _add_answer(page, rows, report)
    return str(page)


def _add_answer(page: Page, rows: tuple[Row, ...], report: Report, more: str = "") -> None:
    """At the top, and again where a terminal leaves its reader."""
    style = _ANSWERS.get(answer(rows, report.coverage), "bold magenta")
    told = headline(rows, report.coverage, report.profile.narrowed)
    page.paragraph((foreign(told), style), more, indent=0)


def _add_caveats(page: Page, report: Report) -> None:
    if report.run.interrupted:
        page.paragraph("The run was interrupted: what it had not come to is unknown.", indent=0)
    if not report.profile.complete:
        page.paragraph(f"This profile does not cover all of {clean(report.profile.document)}.", indent=0)


def _add_problem(page: Page, problem: Problem, report: Report) -> None:
    first = problem.groups[0].findings[0]
    alone = len(problem.rows) == 1
    title = clean(first.title) if alone else f"One gap leaves {len(problem.rows)} requirements unknown"
    note = "" if problem.severity is Severity.REQUIRED else f", {problem.severity}"
    ids = ", ".join(row.id for row in problem.rows)
    label, style = problem.status.upper(), _STYLES[problem.status]
    page.paragraph((title, "bold"), f" ({ids}{note})", label=label, style=style)
    _add_groups(page, problem)
    if alone:
        _add_remedy(page, first)
    else:
        page.paragraph(("To do: ", "bold"), next_step(problem.groups[0], report))


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
    if group.noun == "cluster":
        return ""
    if group.number == 1:
        return f"{group.noun} {foreign(group.names[0])}: "
    if group.number < row.number:
        return f"{group.number:,} of {counted(row.number, row.noun)}: "
    return (
        "both nodes: "
        if (group.noun, group.number) == ("node", 2)
        else f"all {counted(group.number, group.noun)}: "
    )


def _add_remedy(page: Page, finding: Finding) -> None:
    """An unknown may need no change: it is told what there would be to do, without commands."""
    if finding.remedy:
        lead = "If it is not met: " if finding.status is Status.UNKNOWN else "To do: "
        page.paragraph((lead, "bold"), clean(finding.remedy.text))
        for command in finding.remedy.commands if finding.status is not Status.UNKNOWN else ():
            page.verbatim(command, INDENT + 2)
    source = finding.source
    told = f"Source: {source.document}, {source.section}" + (f", {source.url}" if source.url else "")
    page.paragraph((clean(told), "dim"))


def _add_passes(page: Page, rows: list[Row]) -> None:
    _add_count(page, Status.PASS, rows)
    longest = max((len(row.id) for row in rows), default=0)
    for row in rows:
        indent = INDENT + min(longest, _ID_COLUMNS) + 2
        page.paragraph(_told(row), label=f"{'':{INDENT}}{row.id}  ", indent=indent)


def _told(row: Row) -> str:
    """The messages of a row as long as they are few."""
    told = [f"{_who(group, row)}{foreign(group.message)}" for group in row.groups[:2]]
    more = f"; and {len(row.groups) - 2:,} more messages" if len(row.groups) > 2 else ""
    return "; ".join(told) + more


def _add_skips(page: Page, rows: list[Row]) -> None:
    """By the reason, which many have in common."""
    _add_count(page, Status.SKIP, rows)
    ids: dict[str, list[str]] = {}
    for row in rows:
        ids.setdefault(foreign(row.groups[0].message), []).append(row.id)
    for message, same in ids.items():
        page.paragraph(message)
        page.paragraph((", ".join(same), "dim"), indent=INDENT + 2)


def _add_count(page: Page, status: Status, rows: list[Row]) -> None:
    if rows:
        page.gap()
        page.paragraph(counted(len(rows), "requirement"), label=status.upper(), style=_STYLES[status])
