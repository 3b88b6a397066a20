"""`audit`: the main job."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import (
    ClusterOptions,
    EvidenceOut,
    JudgeOptions,
    OutputOptions,
    ProbeOptions,
    SiteOptions,
)

if TYPE_CHECKING:
    from orchestrator.kube.api import Api


class Cloud(StrEnum):
    AUTO = "auto"
    OFF = "off"
    EKS = "eks"
    AKS = "aks"
    GKE = "gke"


@grouped
def audit(
    cluster: ClusterOptions,
    judge: JudgeOptions,
    chosen: ProbeOptions,
    site: SiteOptions,
    out: OutputOptions,
    no_probes: Annotated[
        bool, typer.Option("--no-probes", help="Create nothing: judge by what the API says alone.")
    ] = False,
    cloud: Annotated[
        Cloud, typer.Option(help="Refuse to go on unless the cluster is of this managed cloud.")
    ] = Cloud.AUTO,
    save_evidence: EvidenceOut = None,
) -> None:
    """Audit a cluster: read its API, run the probes on its nodes, judge, clean up.

    [bold]Examples[/bold]

      runai-preflight audit

      runai-preflight audit --context prod -n preflight --image registry.example/python:3.12

      runai-preflight audit --profile runai-2.7 --feature no-production -o json --save-evidence evidence.json

      runai-preflight audit --profile all

      runai-preflight audit --probe cuda --storage-class efs

      runai-preflight audit --only 'egress.*' --proxy http://proxy.example:3128
    """
    from orchestrator.kube.connect import connect

    with connect(cluster.connection()) as api:
        run_audit(
            api, judge, chosen, site, out, probes=not no_probes, cloud=cloud, evidence_file=save_evidence
        )


def run_audit(
    api: "Api",
    judge: JudgeOptions,
    chosen: ProbeOptions,
    site: SiteOptions,
    out: OutputOptions,
    *,
    probes: bool,
    cloud: Cloud = Cloud.AUTO,
    evidence_file: Path | None = None,
) -> None:
    """An audit through this client, its report written and its exit code returned."""
    from orchestrator.cli import output
    from orchestrator.cli.progress import Progress
    from orchestrator.cli.site import read_site
    from orchestrator.pipeline import Order
    from orchestrator.pipeline import audit as run

    output.expect_writable(out.output_file, evidence_file)
    profiles = judge.load()
    output.expect_comparable(profiles, out)
    expected = None if cloud in (Cloud.AUTO, Cloud.OFF) else cloud.value
    where = read_site(site, api.namespace)
    consents = chosen.consents(site.implied)
    features = judge.features(profiles)
    order = Order(profiles, features, where, probes, consents, expected, judge.given())
    with Progress() as progress:
        audit = run(api, order, progress)
    if evidence_file:
        output.save_evidence(audit.evidence, evidence_file)
    output.finish(audit.reports, audit.evidence, out)
