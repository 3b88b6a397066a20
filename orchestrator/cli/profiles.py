"""`profiles list|show|check`: the requirements of each Run:ai release, one by one or side by side."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.options import DocumentFormat, complete_profile
from orchestrator.cli.tell import tell
from orchestrator.errors import ExitCode

app = typer.Typer(
    no_args_is_help=True,
    help="The profiles: the requirements of each Run:ai release.",
    rich_markup_mode="rich",
)
FormatOption = Annotated[DocumentFormat, typer.Option("--output", "-o", help="Format of the answer.")]


@app.command("list")
def list_profiles() -> None:
    """List the profiles that travel with the tool, oldest release first.

    [bold]Examples[/bold]

      runai-preflight profiles list
    """
    from orchestrator.profile.load import default_name, load_all
    from orchestrator.report.profiles import render_profiles

    tell(render_profiles(load_all(), default_name()), nl=False)


@app.command()
def show(
    profile: Annotated[
        list[str],
        typer.Argument(
            metavar="PROFILE...", help="Names of profiles, or YAML files.", autocompletion=complete_profile
        ),
    ],
    output: FormatOption = DocumentFormat.TABLE,
) -> None:
    """Show every requirement of a profile, with its source and remedy; of several, what differs.

    [bold]Examples[/bold]

      runai-preflight profiles show runai-2.7

      runai-preflight profiles show runai-2.7 runai-2.25

      runai-preflight profiles show ./our-own.yaml -o yaml
    """
    from orchestrator.profile.load import load
    from orchestrator.profile.model import Profile
    from orchestrator.report.differences import Differences, differences, render_differences
    from orchestrator.report.document import to_json, to_yaml
    from orchestrator.report.profiles import render_profile

    profiles = tuple(load(name) for name in dict.fromkeys(profile))
    document = differences(profiles) if len(profiles) > 1 else profiles[0]
    match output, document:
        case DocumentFormat.JSON, _:
            text = to_json(document)
        case DocumentFormat.YAML, _:
            text = to_yaml(document)
        case _, Differences():
            text = render_differences(document)
        case _, Profile():
            text = render_profile(document)
    tell(text, nl=False)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Profile files of your own.")],
) -> None:
    """Check profile files; each mistake is told with its file, line and field (exit code 2).

    [bold]Examples[/bold]

      runai-preflight profiles check our-own.yaml
    """
    from orchestrator.profile.load import examine

    good = True
    for file in files:
        profile, mistakes = examine(file)
        for mistake in mistakes:
            tell(f"error: {mistake.message}", err=True)
        if profile:
            tell(f"{file}: profile {profile.name}, {len(profile.requirements)} requirements: good")
        good = good and profile is not None
    raise typer.Exit(ExitCode.OK if good else ExitCode.USAGE)
