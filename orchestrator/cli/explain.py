"""`explain ID`: why a requirement exists."""

from typing import Annotated

import typer

from orchestrator.cli.tell import tell
from orchestrator.errors import UsageError


def _complete_id(incomplete: str) -> list[str]:
    from orchestrator.profile.load import load, shipped_names

    ids = {row.id for name in shipped_names() for row in load(name).requirements}
    return sorted(id_ for id_ in ids if id_.startswith(incomplete))


def explain(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a requirement.", autocompletion=_complete_id)
    ],
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help="Only as this profile has it.")
    ] = None,
) -> None:
    """Explain a requirement: why it exists, what each profile expects, where it is written, what to do.

    [bold]Examples[/bold]

      runai-preflight explain kubernetes.version
    """
    from orchestrator.profile.load import load, shipped_names
    from orchestrator.report.profiles import render_explanation

    searched = [load(name) for name in ([profile] if profile else shipped_names())]
    found = [(each, row) for each in searched if (row := each.requirement(id_))]
    if not found:
        similar = [i for i in _complete_id("") if id_.split(".")[0] in i]
        hint = (
            f"did you mean {', '.join(similar[:8])}?" if similar else "see runai-preflight profiles show NAME"
        )
        raise UsageError(f"no profile has a requirement {id_!r}", hint=hint)
    tell(render_explanation(found), nl=False)
