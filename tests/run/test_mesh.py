"""The mesh in a whole run: real processes, told of each other by the driver, and what is said of them."""

import json
from pathlib import Path

from tests.cli.conftest import Tool, environment, tool
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes

__all__ = ["environment", "tool"]  # fixtures


def test_pods_that_are_told_of_each_other_meet(
    start_simulator: StartSimulator, tool: Tool, tmp_path: Path
) -> None:
    simulator = start_simulator(cluster(*nodes(3)))
    asked = ["--profile", "runai-2.7", "--only", "network.nodes", "--fail-on", "never", "-o", "json"]
    done = tool("audit", "--kubeconfig", simulator.kubeconfig(tmp_path / "kubeconfig"), *asked)
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["message"].startswith("the pods of 3 nodes reach each other: 6 connections")
    assert finding["observed"] == {"tried": 6, "reached": 6}
