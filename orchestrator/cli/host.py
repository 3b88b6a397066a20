"""`host`: the node-local probes on this machine."""

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import EvidenceOut, JudgeOptions, NetworkOptions, OutputOptions, ProbeOptions


@grouped
def host(
    judge: JudgeOptions,
    chosen: ProbeOptions,
    network: NetworkOptions,
    out: OutputOptions,
    save_evidence: EvidenceOut = None,
) -> None:
    """Run the node-local probes on this machine as plain processes; no cluster is needed.

    [bold]Examples[/bold]

      runai-preflight host

      HTTPS_PROXY=http://proxy.example:3128 runai-preflight host --only 'egress.*'
    """
    from orchestrator.cli import output
    from orchestrator.cli.progress import Progress
    from orchestrator.cli.site import read_network
    from orchestrator.pipeline import Order, audit_host

    output.expect_writable(out.output_file, save_evidence)
    profiles = judge.load()
    output.expect_comparable(profiles, out)
    consents = chosen.consents()
    features = judge.features(profiles)
    order = Order(profiles, features, read_network(network), consents=consents, given=judge.given())
    with Progress() as progress:
        audit = audit_host(order, progress)
    if save_evidence:
        output.save_evidence(audit.evidence, save_evidence)
    output.finish(audit.reports, audit.evidence, out)
