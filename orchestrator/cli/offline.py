"""`evaluate` and `report`: judge and render again, without a cluster."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.grouped import grouped
from orchestrator.cli.options import JudgeOptions, OutputOptions


@grouped
def evaluate(
    evidence: Annotated[
        Path, typer.Argument(metavar="EVIDENCE", help="Evidence file of an earlier run; - for stdin.")
    ],
    judge: JudgeOptions,
    out: OutputOptions,
) -> None:
    """Judge saved evidence again, against the same profile or another.

    [bold]Examples[/bold]

      runai-preflight evaluate evidence.json --profile runai-2020

      runai-preflight evaluate evidence.json --profile all

      runai-preflight evaluate evidence.json -o text --output-file runai-preinstall-diagnostics.txt
    """
    from orchestrator.cli.output import expect_comparable, finish
    from orchestrator.documents import read_document
    from orchestrator.evidence import Evidence
    from orchestrator.pipeline import judge as judge_evidence

    saved = read_document(evidence, Evidence).told(judge.given())
    profiles = judge.load()
    expect_comparable(profiles, out)
    features = judge.features(profiles, saved.run.features)
    finish(judge_evidence(profiles, saved, features), saved, out)


@grouped
def report(
    report: Annotated[
        Path, typer.Argument(metavar="REPORT", help="Report file (written with -o json); - for stdin.")
    ],
    out: OutputOptions,
) -> None:
    """Render a saved report again, in another format.

    [bold]Examples[/bold]

      runai-preflight report report.json

      runai-preflight report report.json -o yaml --fail-on warn
    """
    from orchestrator.cli.output import finish
    from orchestrator.documents import read_document
    from orchestrator.report.model import Report

    finish((read_document(report, Report),), None, out)
