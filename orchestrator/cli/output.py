"""Reports on their way out: stdout carries the report and nothing else."""

import os
import sys
from pathlib import Path

import typer

from orchestrator import documents
from orchestrator.cli.options import Format, OutputOptions
from orchestrator.errors import DocumentError, UsageError
from orchestrator.evidence import Evidence
from orchestrator.pipeline import exit_code
from orchestrator.profile.model import Profile
from orchestrator.report.comparison import Comparison, compare
from orchestrator.report.document import to_json, to_yaml
from orchestrator.report.model import Report
from orchestrator.report.releases import render_comparison
from orchestrator.report.table import render_table
from orchestrator.report.text import render_text

_DEFAULT_WIDTH = 100
_ANYBODY, _OWNER_ONLY = 0o644, 0o600  # who may read a file


def finish(reports: tuple[Report, ...], evidence: Evidence | None, options: OutputOptions) -> None:
    """Write the report, or how several compare, and leave with the exit code."""
    document = compare(reports) if len(reports) > 1 else reports[0]
    whole = options.output is Format.TEXT and evidence is not None
    write(render(document, evidence, options), options.output_file, _OWNER_ONLY if whole else _ANYBODY)
    raise typer.Exit(exit_code(reports, options.fail_on))


def expect_comparable(profiles: tuple[Profile, ...], options: OutputOptions) -> None:
    """What several profiles say fits the format that is asked for."""
    if len(profiles) > 1 and options.output is Format.TEXT:
        raise UsageError("-o text tells all of one report: name one profile, or use another format")


def render(document: Report | Comparison, evidence: Evidence | None, options: OutputOptions) -> str:
    match options.output:
        case Format.JSON:
            return to_json(document)
        case Format.YAML:
            return to_yaml(document)
        case Format.TEXT if isinstance(document, Report):
            return render_text(document, evidence)
    terminal = options.output_file is None and sys.stdout.isatty()
    color = terminal and not os.environ.get("NO_COLOR")
    if isinstance(document, Comparison):
        return render_comparison(document, width=_width(terminal), color=color)
    return render_table(document, width=_width(terminal), color=color)


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
