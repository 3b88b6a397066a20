"""Lines on their way out: whoever wrote what is in them, a terminal takes it for nothing but text."""

import typer


def tell(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print to stdout, or with `err` to stderr; `nl` adds a line end."""
    from orchestrator.redact import strip_controls

    typer.echo(strip_controls(text), err=err, nl=nl)
