"""Holds the findings of an audit against those that a case must have, whole."""

import json
from pathlib import Path
from typing import Any

from orchestrator.profile.fill import filled
from orchestrator.profile.load import load
from tests.cli.conftest import Tool
from tests.conftest import StartSimulator
from tests.proofs.case import Case

_OF_THE_ROW = ("id", "title", "check", "severity", "source", "remedy")


def prove(case: Case, start_simulator: StartSimulator, tool: Tool, tmp_path: Path) -> None:
    """Audit the cluster of the case and compare every finding of its requirement."""
    kubeconfig = start_simulator(case.cluster()).kubeconfig(tmp_path / "kubeconfig")
    features = [option for name in case.features for option in ("--feature", name)]
    asked = ["--profile", case.profile, "--only", case.id, *features, *case.options]
    done = tool("audit", "--kubeconfig", kubeconfig, *asked, "-o", "json")
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)["findings"]
    assert [_told(finding) for finding in found] == [_expected(finding) for finding in case.findings]
    assert all(finding == finding | _of_row(case, finding) for finding in found)


def _told(finding: dict[str, Any]) -> dict[str, Any]:
    """What the cluster decides of a finding; the rest is its row's."""
    kept = {key: value for key, value in finding.items() if key not in _OF_THE_ROW and value is not None}
    return kept | {"subject": f"{finding['subject']['kind']} {finding['subject']['name']}"}


def _expected(finding: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in finding.items() if value is not None}


def _of_row(case: Case, finding: dict[str, Any]) -> dict[str, Any]:
    """What the finding has from its row; only what needs action has a remedy."""
    row = filled(load(case.profile), case.settings).requirement(case.id)
    assert row is not None
    whole = row.model_dump(mode="json")
    of_row = {key: whole[key] for key in _OF_THE_ROW}
    needs_action = finding["status"] in ("warn", "fail", "unknown")
    return of_row if needs_action else of_row | {"remedy": None}
