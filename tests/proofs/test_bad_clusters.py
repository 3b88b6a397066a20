"""Whole audits of clusters that are large or tell little."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from orchestrator.simulator.description import Description
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Tool, environment, tool
from tests.proofs.case import FOLDER, read

__all__ = ["environment", "tool"]  # fixtures

Json = dict[str, Any]
BASE = read(FOLDER / "base.yaml")["items"]


def definition(number: int) -> Json:
    group = f"team-{number % 400}.example"
    kind = f"Thing{number}"
    names = {"plural": f"{kind.lower()}s", "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": names,
            "versions": [{"name": "v1", "served": True, "storage": True}],
        },
    }


def audited(tool: Tool, folder: Path, objects: list[Json], *options: str) -> tuple[Json, Counter[Any]]:
    """The report without probes, and the requests that were made for it."""
    with Simulator(Description(objects=objects)) as simulator:
        kubeconfig = simulator.kubeconfig(folder / "kubeconfig")
        done = tool("audit", "--kubeconfig", kubeconfig, "--no-probes", *options, "-o", "json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout), Counter(dict(simulator.requests))


@pytest.mark.parametrize("profile", ["runai-2.7", "runai-2.25"])
def test_of_ten_thousand_definitions_those_that_matter_are_read(
    profile: str, tool: Tool, tmp_path: Path
) -> None:
    options = ("--profile", profile, "--feature", "inference", "--feature", "distributed-training")
    few, asked = audited(tool, tmp_path, BASE, *options)
    many, asked_of_many = audited(tool, tmp_path, [*BASE, *map(definition, range(10_000))], *options)
    assert asked["list", "customresourcedefinitions"] == 0
    assert asked_of_many == asked
    assert many["findings"] == few["findings"]


@pytest.mark.parametrize("profile", ["runai-2020", "runai-2.7", "runai-2.25"])
def test_nodes_that_tell_nothing_pass_nothing(profile: str, tool: Tool, tmp_path: Path) -> None:
    nodes = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in ("n1", "n2")]
    report, _ = audited(tool, tmp_path, [*BASE[:1], *nodes], "--profile", profile)
    assert {f["status"] for f in report["findings"] if f["subject"]["kind"] == "Node"} <= {"unknown", "warn"}
    assert all(finding["message"] for finding in report["findings"])
