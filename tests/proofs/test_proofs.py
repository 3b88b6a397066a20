"""Audits the cluster of each case and compares every finding of its requirement, whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.profile.load import load, shipped_names
from tests.cli.conftest import Tool, environment, tool
from tests.conftest import StartSimulator
from tests.proofs.case import KINDS, Case, cases, proved

__all__ = ["environment", "tool"]  # fixtures

_OF_THE_ROW = ("id", "title", "check", "severity", "source", "remedy")


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_findings_on_this_cluster(
    case: Case, start_simulator: StartSimulator, tool: Tool, tmp_path: Path
) -> None:
    kubeconfig = start_simulator(case.cluster).kubeconfig(tmp_path / "kubeconfig")
    features = [option for name in case.features for option in ("--feature", name)]
    asked = ["--profile", case.profile, "--only", case.id, *features, *case.options]
    done = tool("audit", "--kubeconfig", kubeconfig, *asked, "-o", "json")
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)["findings"]
    assert [told(finding) for finding in found] == [expected(finding) for finding in case.findings]
    assert all(finding == finding | of_row(case, finding) for finding in found)


def told(finding: dict[str, Any]) -> dict[str, Any]:
    """What the cluster decides of a finding; the rest is its row's."""
    kept = {key: value for key, value in finding.items() if key not in _OF_THE_ROW and value is not None}
    return kept | {"subject": f"{finding['subject']['kind']} {finding['subject']['name']}"}


def expected(finding: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in finding.items() if value is not None}


def of_row(case: Case, finding: dict[str, Any]) -> dict[str, Any]:
    """What the finding has from its row; only what needs action has a remedy."""
    row = load(case.profile).requirement(case.id)
    assert row is not None
    whole = row.model_dump(mode="json")
    of_row = {key: whole[key] for key in _OF_THE_ROW}
    needs_action = finding["status"] in ("warn", "fail", "unknown")
    return of_row if needs_action else of_row | {"remedy": None}


def test_every_requirement_is_proved() -> None:
    """Met, unmet, hidden, and, where it has a condition, not applicable."""
    rows = [row for name in shipped_names() for row in load(name).requirements]
    conditional = {row.id for row in rows if str(row.when)}
    always = {row.id for row in rows} - conditional
    wanted = {row.id: set(KINDS) - ({"skip"} if row.id in always else set()) for row in rows}
    missing = {id_: kinds - proved().get(id_, set()) for id_, kinds in wanted.items()}
    assert {id_: sorted(kinds) for id_, kinds in missing.items() if kinds} == {}
