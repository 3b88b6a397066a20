"""The commands, and how errors leave the process."""

import atexit
import gc
import os
import signal
import sys
import traceback
from contextlib import suppress
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from orchestrator import __version__
from orchestrator.cli import audit, demo, doctor, explain, host, images, offline, plan, profiles, sweep
from orchestrator.errors import ApiError, ExitCode, PreflightError

DEBUG = "RUNAI_PREFLIGHT_DEBUG"

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
app.command()(images.images)
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
    """The entry point: whatever goes wrong is a sentence on stderr and an exit code, never a traceback."""
    # A fleet's findings are large trees without cycles: walking them again and again is a fifth of an audit.
    gc.set_threshold(50_000, 50, 50)
    atexit.register(gc.freeze)  # they go with the process, without a last walk
    _end_as_by_ctrl_c()
    _print_anything()
    try:
        app()
    except PreflightError as error:
        _leave(error, error.exit_code)
    except SystemExit as left:
        if isinstance(left.__context__, BrokenPipeError):  # of which Typer makes exit code 1
            sys.exit(ExitCode.NO_READER)
        raise
    except Exception as error:  # noqa: BLE001 - nothing of ours is above
        _leave(_unforeseen(error), ExitCode.INTERNAL)


def _end_as_by_ctrl_c() -> None:
    """What ends this process ends a run with a clean-up; `nohup` has its way."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _print_anything() -> None:
    """What the terminal's encoding has no character for is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _unforeseen(error: Exception) -> PreflightError:
    from orchestrator.redact import clean

    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    return PreflightError(
        f"this should not have happened: {clean(f'{type(error).__name__}: {error}')}",
        hint=f"report it, with the traceback that {DEBUG}=1 shows; `sweep` removes what a run has left",
    )


def _leave(error: PreflightError, code: ExitCode) -> NoReturn:
    with suppress(OSError):  # the terminal may be what has gone
        _tell(error)
    sys.exit(code)


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
