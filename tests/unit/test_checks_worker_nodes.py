"""worker-nodes: every node that takes workloads is large enough."""

from typing import Any

import pytest

from orchestrator.objects import Node
from tests.unit.builders import CONTROL_PLANE, cluster, judge, node, row, verdict

EXPECT = {"cpu": 2, "memory": "4G"}
SIZE = "2 CPUs and 4 GB of memory"


def judged(*nodes: Node, **more: Any) -> list[Any]:
    return judge(row("worker-nodes", {**EXPECT, **more}), cluster(*nodes))


def seen(**capacity: str) -> dict[str, str]:
    return {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", **capacity}


def test_each_worker_node_is_judged() -> None:
    master = node("m", labels=[CONTROL_PLANE], taints=["NoSchedule"], capacity={"cpu": "1"})
    windows = node("win", info={"operatingSystem": "windows"}, capacity={"cpu": "1"})
    fargate = node("f", labels={"eks.amazonaws.com/compute-type": "fargate"}, capacity={"cpu": "1"})
    assert judged(master, windows, fargate, node("w"), node("s", capacity={"cpu": "1500m"})) == [
        verdict("pass", "w", f"has at least {SIZE}", seen(), SIZE),
        verdict("fail", "s", f"has 1.5 CPUs; needed: {SIZE}", seen(cpu="1500m"), SIZE),
    ]


def test_a_control_plane_that_takes_workloads_is_a_worker_too() -> None:
    (found,) = judged(node("m", labels=[CONTROL_PLANE], capacity={"memory": "2G"}))
    assert found.message == f"has 2 GB of memory; needed: {SIZE}"


@pytest.mark.parametrize(
    ("capacity", "why"),
    [
        ({"cpu": "", "memory": "1G"}, "1 GB of memory"),
        ({"ephemeral-storage": "10G"}, "10 GB of disk"),
    ],
)
def test_what_is_lacking_is_told(capacity: dict[str, str], why: str) -> None:
    (found,) = judged(node(capacity=capacity), disk="50G")
    size = "2 CPUs, 4 GB of memory and 50 GB of disk"
    assert (found.status, found.message) == ("fail", f"has {why}; needed: {size}")


def test_what_a_node_does_not_tell_is_unknown() -> None:
    (found,) = judged(node(capacity={"cpu": "many", "memory": ""}))
    assert (found.status, found.message) == ("unknown", f"reports no CPUs and no memory; needed: {SIZE}")


def test_a_cluster_without_worker_nodes() -> None:
    (found,) = judged(node(labels=[CONTROL_PLANE], taints=["NoSchedule"]))
    assert (found.status, found.message) == ("fail", "the cluster has no worker nodes")
