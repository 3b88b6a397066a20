"""The commands, and how errors leave the process."""

import os
import signal
import sys
from typing import Annotated

import typer

from orchestrator import __version__
from orchestrator.cli import audit, demo, doctor, explain, host, offline, plan, profiles, sweep
from orchestrator.errors import ApiError, PreflightError

app = typer.Typer(
    name="runai-preflight",
    help="Tells whether a Kubernetes cluster meets the prerequisites of Run:ai, and what to change if not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(audit.audit)
app.command()(plan.plan)
app.command()(plan.render)
app.command()(host.host)
app.command()(offline.evaluate)
app.command()(offline.report)
app.add_typer(profiles.app, name="profiles")
app.command()(explain.explain)
app.command()(doctor.doctor)
app.command()(sweep.sweep)
app.command()(demo.demo)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"runai-preflight {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Tells whether a Kubernetes cluster meets the prerequisites of Run:ai, and what to change if not."""


def main() -> None:
    """The entry point: an error of ours is a sentence on stderr and an exit code, never a traceback."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends a run as Ctrl-C does: with a clean-up
    try:
        app()
    except PreflightError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _tell(error: PreflightError) -> None:
    from orchestrator.redact import redact

    lines = [f"error: {error.message}"]
    if isinstance(error, ApiError) and error.reason == "Forbidden":
        lines.append(f"hint: ask for a role that allows {error.verb} on {error.resource}")
    if error.hint:
        lines.append(f"hint: {error.hint}")
    typer.echo(redact("\n".join(lines)), err=True)


if __name__ == "__main__":
    main()
