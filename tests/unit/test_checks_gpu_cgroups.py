"""The check `gpu-cgroups`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.requirement import Question
from tests.unit.builders import CLUSTER, cluster, inventory, judge, node, probed, row, unanswered, verdict

ROW = row("gpu-cgroups")
GPU_NODE = inventory(node(capacity={"nvidia.com/gpu": "2"}))


@pytest.mark.parametrize(
    ("version", "status", "message"),
    [
        (1, "fail", "the node has cgroups v1; needed: cgroups v2"),
        (2, "pass", "the node has cgroups v2; needed: cgroups v2"),
    ],
)
def test_a_version(version: int, status: str, message: str) -> None:
    data = {"cgroup": {"version": version, "driver": None, "seenIn": None}}
    assert judge(ROW, probed("node", data, GPU_NODE)) == [
        verdict(status, "n1", message, version, "cgroups v2")
    ]


def test_a_version_that_cannot_be_told() -> None:
    message = "the version of cgroups cannot be told"
    data = {"cgroup": {"version": None}}
    assert judge(ROW, probed("node", data, GPU_NODE)) == [
        verdict("unknown", "n1", message, None, "cgroups v2")
    ]


@pytest.mark.parametrize("data", [{}, {"cgroup": "v2"}, {"cgroup": {"version": "second"}}])
def test_an_answer_that_cannot_be_understood(data: dict[str, Any]) -> None:
    message = "the node probe's answer on cgroups cannot be understood"
    assert judge(ROW, probed("node", data, GPU_NODE)) == [verdict("unknown", "n1", message)]


def test_nodes_of_which_nothing_is_known() -> None:
    assert judge(ROW, cluster(*GPU_NODE.nodes)) == [verdict("unknown", "n1", "the node probe was not run")]
    lost = unanswered("node", Reason.NODE_LOST).model_copy(update={"inventory": GPU_NODE})
    assert judge(ROW, lost) == [verdict("unknown", "n1", "the node probe gave no answer: NodeLost")]


def test_nodes_without_gpus_do_not_count() -> None:
    data = {"cgroup": {"version": 1}}
    message = "does not apply: no node shows a GPU"
    assert judge(ROW, probed("node", data, inventory(node()))) == [verdict("skip", CLUSTER, message)]


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == (Resource.NODES,)
    assert list(ROW.asks(Inventory())) == [Question(probe="node")]
