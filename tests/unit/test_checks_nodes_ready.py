"""The check `nodes-ready`."""

from orchestrator.inventory.model import Resource
from tests.unit.builders import CLUSTER, LOST, cluster, judge, node, row, verdict

ROW = row("nodes-ready")


def test_ready_cordoned_and_lost_nodes() -> None:
    seen = cluster(node("good"), node("cordoned", unschedulable=True), node("lost", ready=LOST))
    assert judge(ROW, seen) == [
        verdict("pass", "good", "ready", "Ready"),
        verdict("warn", "cordoned", "ready, but cordoned: nothing new is scheduled on it", "cordoned"),
        verdict("fail", "lost", "not ready: NodeStatusUnknown: Kubelet stopped", "NotReady", "Ready"),
    ]


def test_a_node_that_never_reported() -> None:
    assert judge(ROW, cluster(node(ready=None))) == [
        verdict("fail", "n1", "not ready: it reports no Ready condition", "NotReady", "Ready")
    ]


def test_a_cluster_without_nodes() -> None:
    assert judge(ROW, cluster()) == [verdict("fail", CLUSTER, "the cluster has no nodes", 0)]


def test_what_it_reads() -> None:
    assert ROW.reads() == (Resource.NODES,)
