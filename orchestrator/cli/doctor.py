"""`doctor`: can this tool work here."""

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import ClusterOptions


@grouped
def doctor(cluster: ClusterOptions) -> None:
    """Check that this tool can work here: client, kubeconfig, API, namespace, permissions.

    Exit code 0 when an audit can run; 2 when something that it needs is missing.

    [bold]Examples[/bold]

      runai-preflight doctor --context prod -n preflight
    """
    from orchestrator.doctor import Level, examine

    symptoms = list(examine(cluster.connection()))
    for symptom in symptoms:
        typer.echo(f"{symptom.level.value:<5} {symptom.what}")
        if symptom.advice:
            typer.echo(f"      {symptom.advice}")
    raise typer.Exit(2 if any(symptom.level is Level.FAIL for symptom in symptoms) else 0)
