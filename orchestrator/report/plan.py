"""A plan for a reader: what would be created, with which rights, and what it would cost the cluster."""

from collections import Counter
from collections.abc import Iterator

from orchestrator.evidence import Reason
from orchestrator.permissions import permissions
from orchestrator.plan.model import Plan
from orchestrator.probe import catalogue
from orchestrator.redact import clean
from orchestrator.report.headline import counted
from orchestrator.report.page import Page, some

_WIDTH = 100


def render_plan(plan: Plan) -> str:
    page = Page(_WIDTH, color=False)
    estimate = plan.estimate
    page.paragraph(
        f"run {plan.run_id} in namespace {clean(plan.site.namespace)}, image {clean(plan.site.image)}",
        label="Plan",
    )
    for probe, targets in Counter(probe for unit in plan.units for probe in unit.probes).items():
        page.paragraph(f"{probe} on {counted(targets, 'target')}")
    for probe in plan.consents:
        page.paragraph(f"{probe} {catalogue()[probe].consent}", label="Costs")
    for reason, probes, names in _settled(plan):
        nodes = counted(len(names), "node")
        page.paragraph(f"not run: {', '.join(probes)} on {nodes} ({reason}): {some(names)}")
    page.paragraph(
        f"{estimate.objects} objects, at most {estimate.pods_at_once} pods at once, "
        f"{estimate.api_requests} API requests, "
        f"about {estimate.seconds} s (never more than {plan.deadlines.run} s)",
        label="Load",
    )
    clocks = plan.deadlines
    page.paragraph(
        f"probe {clocks.probe} s < pod {clocks.pod} s < work {clocks.work} s < run {clocks.run} s",
        label="Clocks",
    )
    for need in _needs():
        page.paragraph(need, label="Needs")
    page.paragraph("all of it is deleted at the end, and confirmed gone by UID", label="Leaves")
    return str(page)


def _needs() -> Iterator[str]:
    """Each permission in words; those for named objects of one kind in one line, with the names."""
    names: dict[str, list[str]] = {}
    for each in permissions():
        named = names.setdefault(f"{', '.join(each.verbs)} {each.noun} ({each.scope})", [])
        named.extend(name for name in each.names if name not in named)
    for words, of in names.items():
        yield f"{words}: only {', '.join(of)}" if of else words


def _settled(plan: Plan) -> Iterator[tuple[Reason | None, tuple[str, ...], tuple[str, ...]]]:
    """The reasons for which pods are not made, with the probes and the nodes that this is about."""
    probes: dict[tuple[Reason | None, str], list[str]] = {}
    for cell in plan.settled:
        probes.setdefault((cell.reason, cell.target.name), []).append(cell.probe)
    nodes: dict[tuple[Reason | None, tuple[str, ...]], list[str]] = {}
    for (reason, node), missing in probes.items():
        nodes.setdefault((reason, tuple(sorted(set(missing)))), []).append(node)
    for (reason, alike), names in nodes.items():
        yield reason, alike, tuple(names)
