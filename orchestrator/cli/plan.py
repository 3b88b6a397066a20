"""`plan` and `render`: what an audit would do, without doing it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import ClusterOptions, DocumentFormat, JudgeOptions, ProbeOptions, SiteOptions
from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.plan.model import Plan

EvidenceFile = Annotated[
    Path | None,
    typer.Option("--evidence", help="Plan for the cluster in this evidence file, without a cluster."),
]


@grouped
def plan(
    cluster: ClusterOptions,
    judge: JudgeOptions,
    chosen: ProbeOptions,
    site: SiteOptions,
    evidence: EvidenceFile = None,
    output: Annotated[
        DocumentFormat, typer.Option("--output", "-o", help="Format of the plan.")
    ] = DocumentFormat.TABLE,
) -> None:
    """Show what an audit would run: cells, objects, permissions, images, requests and time.

    Only reads the cluster (nodes, version), or not even that with --evidence.

    [bold]Examples[/bold]

      runai-preflight plan

      runai-preflight plan --evidence evidence.json --profile runai-2020 -o yaml
    """
    from orchestrator.cli.output import write
    from orchestrator.report.document import to_json, to_yaml
    from orchestrator.report.plan import render_plan

    made = _make(cluster, judge, chosen, site, evidence)
    render = {
        DocumentFormat.TABLE: render_plan,
        DocumentFormat.JSON: to_json,
        DocumentFormat.YAML: to_yaml,
    }
    write(render[output](made), None)


@grouped
def render(
    cluster: ClusterOptions,
    judge: JudgeOptions,
    chosen: ProbeOptions,
    site: SiteOptions,
    evidence: EvidenceFile = None,
) -> None:
    """Print the manifests that an audit would create, as YAML.

    [bold]Examples[/bold]

      runai-preflight render | kubectl diff -f -

      runai-preflight render --evidence evidence.json > run.yaml
    """
    from orchestrator.cli.output import write
    from orchestrator.render import render_all
    from orchestrator.report.document import dump_yaml

    write(dump_yaml(*render_all(_make(cluster, judge, chosen, site, evidence))), None)


def _make(
    cluster: ClusterOptions,
    judge: JudgeOptions,
    chosen: ProbeOptions,
    site: SiteOptions,
    evidence: Path | None,
) -> "Plan":
    from orchestrator.cli.site import read_site
    from orchestrator.documents import read_document
    from orchestrator.evidence import Evidence
    from orchestrator.inventory.model import Inventory, Resource
    from orchestrator.kube.connect import connect
    from orchestrator.pipeline import Order, plan_for, read_cluster
    from orchestrator.plan.model import Site

    profiles = judge.load()
    consents = chosen.consents(site.implied)
    order = Order(profiles, judge.features(profiles), Site(), consents=consents, given=judge.given())
    if evidence:
        saved = read_document(evidence, Evidence)
        order = replace(order, given=order.given.over(saved.run.given))
        inventory, namespace = saved.inventory or Inventory(), saved.run.namespace or "default"
    else:
        with connect(cluster.connection()) as api:
            (_, inventory), namespace = read_cluster(api, order), api.namespace
    if unread := inventory.missing(Resource.NODES):
        raise UsageError(
            f"there is nothing to plan for without the nodes: {unread.message}",
            hint="be allowed to list nodes, or give the evidence of somebody who is: --evidence FILE",
        )
    return plan_for(replace(order, site=read_site(site, cluster.namespace or namespace)), inventory)
