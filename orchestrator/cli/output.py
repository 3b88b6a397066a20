"""Reports on their way out: stdout carries the report and nothing else."""

import os
import sys
from pathlib import Path

import typer

from orchestrator import documents
from orchestrator.cli.options import Format, OutputOptions
from orchestrator.evidence import Evidence
from orchestrator.pipeline import FailOn, exit_code
from orchestrator.report.document import to_json, to_yaml
from orchestrator.report.model import Report
from orchestrator.report.table import render_table
from orchestrator.report.text import render_text

_DEFAULT_WIDTH = 100


def finish(report: Report, evidence: Evidence | None, options: OutputOptions) -> None:
    """Write the report and leave with its exit code."""
    write(render(report, evidence, options), options.output_file)
    raise typer.Exit(exit_code(report, FailOn(options.fail_on.value)))


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


def write(text: str, path: Path | None) -> None:
    """To this file, or to stdout."""
    if path is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        documents.write_text(path, text)


def save_evidence(evidence: Evidence, path: Path) -> None:
    """Readable by its owner only: it tells a lot about a cluster."""
    documents.write_text(path, to_json(evidence), mode=0o600)


def _width(terminal: bool) -> int:
    return os.get_terminal_size(sys.stdout.fileno()).columns if terminal else _DEFAULT_WIDTH
