"""`doctor`: can this tool work here."""

from typing import Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import ClusterOptions
from orchestrator.cli.tell import tell


@grouped
def doctor(
    cluster: ClusterOptions,
    image: Annotated[
        str | None, typer.Option(help="Image that the probes are to run in; else the default.")
    ] = None,
) -> None:
    """Check that this tool can work here: client, kubeconfig, API, namespace, permissions, the image's name.

    Exit code 0 when an audit can run; 2 when something that it needs is missing.

    [bold]Examples[/bold]

      runai-preflight doctor --context prod -n preflight --image registry.example/python:3.12
    """
    from orchestrator.cli.site import read_image
    from orchestrator.doctor import Level, examine

    symptoms = list(examine(cluster.connection(), read_image(image)))
    for symptom in symptoms:
        tell(f"{symptom.level.value:<5} {symptom.what}")
        if symptom.advice:
            tell(f"      {symptom.advice}")
    raise typer.Exit(2 if any(symptom.level is Level.FAIL for symptom in symptoms) else 0)
