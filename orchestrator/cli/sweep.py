"""`sweep`: remove what dead runs left behind."""

from typing import Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import ClusterOptions
from orchestrator.cli.tell import tell
from orchestrator.errors import ExitCode


@grouped
def sweep(
    cluster: ClusterOptions,
    run: Annotated[str | None, typer.Option(help="Remove this run, dead or not.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Remove runs that may still be alive too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
) -> None:
    """Remove what dead runs left behind in the namespace, and confirm that it is gone.

    A run is dead when its driver was a process on this machine that is no more, or when its deadline has
    passed; others are left alone unless --force or --run says otherwise.

    [bold]Examples[/bold]

      runai-preflight sweep -n preflight

      runai-preflight sweep --dry-run
    """
    from orchestrator.kube.connect import connect
    from orchestrator.run.sweep import sweep_dead

    with connect(cluster.connection()) as api:
        swept = sweep_dead(api, only=run, force=force, dry_run=dry_run)
    for line in swept.lines:
        tell(line)
    raise typer.Exit(ExitCode.LEFTOVERS if swept.left else ExitCode.OK)
