"""`demo`: a full audit against an embedded simulated cluster."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import EvidenceOut, JudgeOptions, OutputOptions, ProbeOptions, SiteOptions
from orchestrator.cli.tell import tell


@grouped
def demo(
    judge: JudgeOptions,
    chosen: ProbeOptions,
    site: SiteOptions,
    out: OutputOptions,
    cluster: Annotated[
        Path | None,
        typer.Option(help="Kubernetes objects (a YAML file or a folder of them) that describe the cluster."),
    ] = None,
    save_evidence: EvidenceOut = None,
) -> None:
    """Audit an embedded simulated cluster; nothing to set up.

    Its nodes are simulated, and its probes run as processes on this machine: what they see of the network is
    this machine's.

    [bold]Examples[/bold]

      runai-preflight demo

      runai-preflight demo --cluster my-cluster.yaml --profile runai-2020 -o json
    """
    from orchestrator.cli.audit import run_audit
    from orchestrator.kube.connect import ConnectOptions, connect
    from orchestrator.simulator.description import load, load_demo
    from orchestrator.simulator.server import Simulator

    description = load(cluster) if cluster else load_demo()
    tell("demo: the nodes are simulated, the probes are processes on this machine", err=True)
    with tempfile.TemporaryDirectory() as folder, Simulator(description) as simulator:
        kubeconfig = Path(folder) / "kubeconfig"
        simulator.kubeconfig(kubeconfig)
        with connect(ConnectOptions(kubeconfig=kubeconfig)) as api:
            run_audit(api, judge, chosen, site, out, probes=True, evidence_file=save_evidence)
