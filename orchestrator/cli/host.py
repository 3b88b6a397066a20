"""`host`: the node-local probes on this machine."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import EvidenceOut, JudgeOptions, NetworkOptions, OutputOptions, ProbeOptions
from orchestrator.errors import UsageError


@grouped
def host(
    judge: JudgeOptions,
    chosen: ProbeOptions,
    network: NetworkOptions,
    out: OutputOptions,
    folder: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder of a shared file system to try (implies --probe storage).",
        ),
    ] = None,
    save_evidence: EvidenceOut = None,
) -> None:
    """Run the node-local probes on this machine as plain processes; no cluster is needed.

    [bold]Examples[/bold]

      runai-preflight host

      runai-preflight host --probe cuda --folder /mnt/data

      HTTPS_PROXY=http://proxy.example:3128 runai-preflight host --only 'egress.*'
    """
    from orchestrator.cli import output
    from orchestrator.cli.progress import Progress
    from orchestrator.cli.site import read_network
    from orchestrator.pipeline import Order, audit_host
    from orchestrator.plan.model import Storage

    output.expect_writable(out.output_file, save_evidence)
    profiles = judge.load()
    output.expect_comparable(profiles, out)
    _expect_of_a_machine(chosen.probe or (), folder)
    consents = chosen.consents(["storage"] if folder else [])
    storage = Storage(folder=str(folder.resolve()) if folder else None)
    site = read_network(network).model_copy(update={"storage": storage})
    order = Order(profiles, judge.features(profiles), site, consents=consents, given=judge.given())
    with Progress() as progress:
        audit = audit_host(order, progress)
    if save_evidence:
        output.save_evidence(audit.evidence, save_evidence)
    output.finish(audit.reports, audit.evidence, out)


def _expect_of_a_machine(probes: Iterable[str], folder: Path | None) -> None:
    """UsageError for a probe that was asked for and has nothing to look at here."""
    from orchestrator.probe import catalogue

    for name in probes:
        if name in catalogue() and not catalogue()[name].host:
            raise UsageError(
                f"--probe {name} makes no sense on a machine alone", hint=f"audit --probe {name} runs it"
            )
        if name == "storage" and folder is None:
            raise UsageError("--probe storage needs a folder to try", hint="--folder DIR names it")
