"""The check `system-nodes`."""

from typing import Any

import pytest

from orchestrator.inventory.model import Resource
from orchestrator.objects import Node
from tests.unit.builders import CLUSTER, CONTROL_PLANE, LOST, cluster, judge, node, row, verdict

SIZE: dict[str, Any] = {"cpu": 4, "memory": "8G", "disk": "50G"}
TWO = row("system-nodes", {"count": 2, **SIZE})
ONE_CPU_ONLY = row("system-nodes", {"count": 1, **SIZE, "cpuOnly": True})
WORDS = "2 or more worker nodes with 4 CPUs, 8 GB of memory and 50 GB of disk"


def test_enough_nodes() -> None:
    assert judge(TWO, cluster(node("b"), node("a"))) == [
        verdict("pass", CLUSTER, "2 nodes fit: a; b", {"fit": 2, "nodes": 2}, WORDS)
    ]


def test_the_sizes_are_bounds_that_still_fit() -> None:
    exact = {"cpu": "4000m", "memory": "8000000k", "ephemeral-storage": "50G"}
    assert judge(TWO, cluster(node("a", capacity=exact), node("b", capacity=exact)))[0].status == "pass"


UNFIT = [
    (node("x", capacity={"cpu": "3920m"}), "has 3.92 CPUs"),
    (node("x", capacity={"memory": "4Gi"}), "has 4.3 GB of memory"),
    (
        node("x", capacity={"ephemeral-storage": "20Gi", "cpu": "2"}),
        "has 2 CPUs and 21.5 GB of disk",
    ),
    (node("x", capacity={"memory": "plenty", "cpu": "2"}), "has 2 CPUs"),
    (node("x", labels=[CONTROL_PLANE], taints=["NoSchedule"]), "is of the control plane"),
    (node("x", taints=["NoExecute"]), "is tainted or cordoned"),
    (node("x", unschedulable=True), "is tainted or cordoned"),
    (node("x", ready=LOST), "is not ready"),
    (node("x", info={"operatingSystem": "windows"}), "runs windows"),
    (node("x", ready=LOST, taints=["NoExecute"]), "is not ready"),
    (node("x", labels={"type": "virtual-kubelet"}), "is virtual"),
]


@pytest.mark.parametrize(("unfit", "reason"), UNFIT)
def test_a_node_that_does_not_fit_says_why(unfit: Node, reason: str) -> None:
    assert judge(TWO, cluster(node("a"), unfit)) == [
        verdict(
            "fail", CLUSTER, f"1 of 2 nodes fits; needed: {WORDS} (x {reason})", {"fit": 1, "nodes": 2}, WORDS
        )
    ]


def test_a_node_that_tells_no_size_might_fit() -> None:
    silent = node("x", capacity={"memory": "plenty", "cpu": ""})
    words = f"1 of 2 nodes fits; needed: {WORDS} (x reports no CPUs and no memory)"
    assert judge(TWO, cluster(node("a"), silent)) == [
        verdict("unknown", CLUSTER, words, {"fit": 1, "nodes": 2}, WORDS)
    ]
    assert judge(TWO, cluster(silent))[0].status == "fail"


def test_a_control_plane_that_takes_workloads_is_a_worker_too() -> None:
    masters = [node(name, labels=[CONTROL_PLANE]) for name in "ab"]
    assert judge(TWO, cluster(*masters))[0].status == "pass"


def test_only_nodes_without_gpus() -> None:
    words = "1 or more CPU-only worker nodes with 4 CPUs, 8 GB of memory and 50 GB of disk"
    gpu = node("gpu", capacity={"nvidia.com/gpu": "8"})
    assert judge(ONE_CPU_ONLY, cluster(gpu)) == [
        verdict(
            "fail",
            CLUSTER,
            f"no node fits; needed: {words} (gpu has GPUs)",
            {"fit": 0, "nodes": 1},
            words,
        )
    ]
    assert judge(ONE_CPU_ONLY, cluster(gpu, node()))[0].message == "1 node fits: n1"


def test_a_gpu_that_is_only_labelled_yet_is_one_too() -> None:
    (found,) = judge(ONE_CPU_ONLY, cluster(node("gpu", labels={"nvidia.com/gpu.present": "true"})))
    assert found.message.endswith("(gpu has GPUs)")


def test_nodes_that_fit_may_have_gpus_and_that_is_said() -> None:
    gpus = [node(name, capacity={"nvidia.com/gpu": "8"}) for name in "ab"]
    assert judge(TWO, cluster(*gpus))[0].message == "2 nodes fit (2 with GPUs): a; b"


def test_too_few_nodes_of_which_all_fit() -> None:
    assert judge(TWO, cluster(node()))[0].message == f"1 of 1 node fits; needed: {WORDS}"


def test_many_nodes_are_not_all_told() -> None:
    many = [node(f"n{number}", ready=LOST) for number in reversed(range(9))]
    assert judge(TWO, cluster(*many))[0].message.endswith("n4 is not ready and 4 more)")


def test_what_it_reads() -> None:
    assert TWO.reads() == (Resource.NODES,)
