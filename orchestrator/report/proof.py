"""What stands behind a report, at the foot of its table: coverage, clean-up, permissions, the run itself."""

from orchestrator.evidence import Cleanup, Outcome
from orchestrator.redact import clean
from orchestrator.report.advice import ADVICE
from orchestrator.report.fold import CellGroup, Silence, fold_cells, silences
from orchestrator.report.headline import counted
from orchestrator.report.model import Report
from orchestrator.report.page import INDENT, Page, foreign, some


def add_proof(page: Page, report: Report) -> None:
    _add_coverage(page, report)
    _add_cleanup(page, report.cleanup)
    for unread in report.unread:
        page.paragraph(f"cannot {unread.verb} {unread.resource}: {foreign(unread.message)}", label="Access")
    _add_run(page, report)


def _add_coverage(page: Page, report: Report) -> None:
    expected, answered = report.coverage.expected, report.coverage.answered
    if not report.ledger:
        page.paragraph("no probe was run", label="Probes")
        return
    page.paragraph(f"{answered:,} of {counted(expected, 'cell')} answered", label="Probes")
    for silence in silences(fold_cells(report.ledger)):
        _add_silence(page, silence)


def _add_silence(page: Page, silence: Silence) -> None:
    group = silence.group
    lead = "not answered" if group.outcome is Outcome.UNANSWERED else "does not apply"
    why = ": ".join(filter(None, (group.reason, foreign(group.message))))
    page.paragraph(f"{lead}: {', '.join(silence.probes)} on {_where(group)}: {why}")
    if len(group.cells) > 1:
        page.paragraph((some(group.names), "dim"), indent=INDENT + 2)
    if group.outcome is Outcome.UNANSWERED and group.reason in ADVICE:
        page.paragraph(("To do: ", "bold"), ADVICE[group.reason])


def _where(group: CellGroup) -> str:
    kind = group.cells[0].target.kind.lower()
    return counted(len(group.cells), kind) if len(group.cells) > 1 else f"{kind} {foreign(group.names[0])}"


def _add_cleanup(page: Page, cleanup: Cleanup) -> None:
    if not cleanup.created:
        page.paragraph("nothing was created", label="Clean-up")
        return
    told = f"{counted(cleanup.created, 'object')} created, {cleanup.confirmed_gone:,} confirmed gone"
    page.paragraph(told, label="Clean-up", style="" if not cleanup.left else "bold red")
    if cleanup.message:
        page.paragraph(foreign(cleanup.message))
    if cleanup.left:
        left = some(tuple(f"{ref.kind} {ref.name}" for ref in cleanup.left))
        page.paragraph(f"left behind: {left}")
        page.verbatim("runai-preflight sweep", INDENT + 2)


def _add_run(page: Page, report: Report) -> None:
    run, profile = report.run, report.profile
    seconds = (run.ended_at - run.started_at).total_seconds()
    requests = f", {counted(run.api_requests, 'API request')}" if run.api_requests is not None else ""
    began = f"{run.started_at:%Y-%m-%d %H:%M:%S %Z}".strip()
    features = f", features {', '.join(report.features)}" if report.features else ""
    page.paragraph(f"{clean(run.id)} began {began} and took {seconds:.0f} s{requests}", label="Run")
    narrowed = f"; {foreign(str(profile.narrowed))}" if profile.narrowed else ""
    page.paragraph(f"{clean(profile.name)}{features}{narrowed}", label="Profile")
    if report.cluster:
        context = f" (context {report.cluster.context})" if report.cluster.context else ""
        page.paragraph(foreign(report.cluster.server + context), label="Cluster")
