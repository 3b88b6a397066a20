"""The check `control-plane`."""

import pytest

from orchestrator.inventory.model import Resource
from tests.unit.builders import CLUSTER, CONTROL_PLANE, cluster, judge, node, row, verdict

ROW = row("control-plane")


@pytest.mark.parametrize(
    ("label", "where"),
    [
        ("eks.amazonaws.com/nodegroup", "Amazon Elastic Kubernetes Service manages it"),
        ("cloud.google.com/gke-nodepool", "Google Kubernetes Engine manages it"),
        ("any.other/label", "it runs elsewhere"),
    ],
)
def test_a_control_plane_that_is_not_seen(label: str, where: str) -> None:
    assert judge(ROW, cluster(node(labels=[label]))) == [
        verdict("pass", CLUSTER, f"no node is labelled as control plane: {where}")
    ]


def test_without_nodes_nothing_is_known() -> None:
    message = "the API lists no node, so that none can be told to be of the control plane"
    assert judge(ROW, cluster()) == [verdict("unknown", CLUSTER, message)]


@pytest.mark.parametrize(
    "label", [CONTROL_PLANE, "node-role.kubernetes.io/master", "node-role.kubernetes.io/controlplane"]
)
def test_a_control_plane_that_takes_workloads(label: str) -> None:
    assert judge(ROW, cluster(node("m1", labels=[label], taints=["PreferNoSchedule"]), node())) == [
        verdict(
            "fail", "m1", "carries the control plane and takes workloads as well: it has no NoSchedule taint"
        )
    ]


@pytest.mark.parametrize(
    ("taints", "cordoned"), [(["NoSchedule"], False), (["NoExecute"], False), ([], True)]
)
def test_a_control_plane_of_its_own(taints: list[str], cordoned: bool) -> None:
    master = node("m1", labels=[CONTROL_PLANE], taints=taints, unschedulable=cordoned)
    assert judge(ROW, cluster(master)) == [
        verdict("pass", "m1", "carries the control plane and takes no workloads (tainted or cordoned)")
    ]


def test_what_it_reads() -> None:
    assert ROW.reads() == (Resource.NODES,)
