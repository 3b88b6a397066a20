"""Reports on their way out: stdout carries the report and nothing else."""

import os
import sys
from pathlib import Path

import typer

from orchestrator import documents
from orchestrator.cli.options import Format, OutputOptions
from orchestrator.errors import DocumentError
from orchestrator.evidence import Evidence
from orchestrator.pipeline import exit_code
from orchestrator.report.document import to_json, to_yaml
from orchestrator.report.model import Report
from orchestrator.report.table import render_table
from orchestrator.report.text import render_text

_DEFAULT_WIDTH = 100
_ANYBODY, _OWNER_ONLY = 0o644, 0o600  # who may read a file


def finish(report: Report, evidence: Evidence | None, options: OutputOptions) -> None:
    """Write the report and leave with its exit code."""
    whole = options.output is Format.TEXT and evidence is not None
    write(render(report, evidence, options), options.output_file, _OWNER_ONLY if whole else _ANYBODY)
    raise typer.Exit(exit_code(report, options.fail_on))


def render(report: Report, evidence: Evidence | None, options: OutputOptions) -> str:
    match options.output:
        case Format.JSON:
            return to_json(report)
        case Format.YAML:
            return to_yaml(report)
        case Format.TEXT:
            return render_text(report, evidence)
        case Format.TABLE:
            terminal = options.output_file is None and sys.stdout.isatty()
            color = terminal and not os.environ.get("NO_COLOR")
            return render_table(report, width=_width(terminal), color=color)


def expect_writable(*paths: Path | None) -> None:
    """What is to be written after a long run can be."""
    for path in filter(None, paths):
        documents.expect_writable(path)


def write(text: str, path: Path | None, mode: int = _ANYBODY) -> None:
    """To this file, or to stdout; DocumentError when that fails."""
    if path:
        documents.write_text(path, text, mode)
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DocumentError(f"stdout: cannot be written: {error.strerror}") from error


def save_evidence(evidence: Evidence, path: Path) -> None:
    """Readable by its owner only: it tells a lot about a cluster."""
    documents.write_text(path, to_json(evidence), _OWNER_ONLY)


def _width(terminal: bool) -> int:
    return os.get_terminal_size(sys.stdout.fileno()).columns if terminal else _DEFAULT_WIDTH
