"""`-o table` of a comparison: a line a release, with the first reasons why it would not install."""

from orchestrator.redact import clean
from orchestrator.report.comparison import Comparison, Reason, Standing
from orchestrator.report.headline import Answer, counted
from orchestrator.report.page import Page, foreign

_REASONS = 2
_STYLES = {Answer.READY: "bold green", Answer.NOT_READY: "bold red", Answer.INCOMPLETE: "bold magenta"}


def render_comparison(comparison: Comparison, *, width: int, color: bool = False) -> str:
    """The answer first, then every profile, then what stands behind them."""
    page = Page(width, color=color)
    page.paragraph((_answer(comparison), "bold"), indent=0)
    page.gap()
    indent = max(len(standing.profile.name) for standing in comparison.standings) + 2
    for standing in comparison.standings:
        _add_standing(page, standing, indent)
    _add_foot(page, comparison)
    return str(page)


def _answer(comparison: Comparison) -> str:
    standings = comparison.standings
    ready = [clean(s.profile.name) for s in standings if s.answer is Answer.READY]
    names = f": {', '.join(ready)}" if ready else ""
    where = foreign(comparison.cluster.version or "") if comparison.cluster else ""
    told = " ".join(filter(None, (where, f"({comparison.distribution})" if comparison.distribution else "")))
    here = f" on {told}" if told else " here"
    so_far = ", as far as judged" if ready and any(s.profile.narrowed for s in standings) else ""
    return f"{len(ready)} of {counted(len(standings), 'release')} would install{here}{so_far}{names}"


def _add_standing(page: Page, standing: Standing, indent: int) -> None:
    mark = "" if standing.profile.complete else " *"
    label, style = clean(standing.profile.name), _STYLES.get(standing.answer, "dim")
    page.paragraph((standing.headline, style), mark, label=label, indent=indent)
    for reason in standing.reasons[:_REASONS]:
        page.paragraph(_told(reason), indent=indent + 2)
    if rest := standing.reasons[_REASONS:]:
        page.paragraph((f"and {', '.join(reason.id for reason in rest)}", "dim"), indent=indent + 2)


def _told(reason: Reason) -> str:
    return f"{reason.status} {reason.id}: {foreign(reason.message)}"


def _add_foot(page: Page, comparison: Comparison) -> None:
    page.gap()
    if not all(standing.profile.complete for standing in comparison.standings):
        page.paragraph(
            "* does not cover all of its document: see runai-preflight profiles show NAME", indent=0
        )
    for given in {s.profile.narrowed.given for s in comparison.standings if s.profile.narrowed}:
        page.paragraph(f"some requirements left out by {foreign(given)}", label="Profiles")
    coverage, cleanup = comparison.coverage, comparison.cleanup
    if comparison.run.interrupted:
        page.paragraph("The run was interrupted: what it had not come to is unknown.", indent=0)
    page.paragraph(f"{coverage.answered:,} of {counted(coverage.expected, 'cell')} answered", label="Probes")
    page.paragraph(
        f"{counted(cleanup.created, 'object')} created, {cleanup.confirmed_gone:,} confirmed gone",
        label="Clean-up",
    )
    if cleanup.left:
        page.paragraph(f"{counted(len(cleanup.left), 'object')} left behind: see runai-preflight sweep")
    if comparison.features:
        page.paragraph(", ".join(comparison.features), label="Features")
