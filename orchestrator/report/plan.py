"""A plan for a reader: what would be created, with which rights, and what it would cost the cluster."""

from collections import Counter

from orchestrator.permissions import permissions
from orchestrator.plan.model import Plan
from orchestrator.probe import catalogue
from orchestrator.redact import clean
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
        page.paragraph(f"{probe} on {targets} targets")
    for probe in plan.consents:
        page.paragraph(f"{probe} {catalogue()[probe].consent}", label="Costs")
    for reason, names in _settled(plan).items():
        page.paragraph(f"not run on {len(names)} nodes ({reason}): {some(tuple(names))}")
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
    for permission in permissions():
        page.paragraph(f"{', '.join(permission.verbs)} {permission.noun} ({permission.scope})", label="Needs")
    page.paragraph("all of it is deleted at the end, and confirmed gone by UID", label="Leaves")
    return str(page)


def _settled(plan: Plan) -> dict[str, list[str]]:
    """Nodes that get no pod, by the reason for it."""
    names: dict[str, list[str]] = {}
    for cell in plan.settled:
        nodes = names.setdefault(f"{cell.reason}", [])
        if cell.target.name not in nodes:
            nodes.append(cell.target.name)
    return names
