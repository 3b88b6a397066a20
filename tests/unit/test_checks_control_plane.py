"""The check `control-plane`."""

import pytest

from orchestrator.inventory.model import Resource
from tests.unit.builders import CLUSTER, CONTROL_PLANE, cluster, judge, node, row, verdict

ROW = row("control-plane")


def test_a_control_plane_that_is_not_seen() -> None:
    assert judge(ROW, cluster(node())) == [
        verdict("pass", CLUSTER, "no node carries the control plane: it is managed or runs elsewhere")
    ]


@pytest.mark.parametrize("label", [CONTROL_PLANE, "node-role.kubernetes.io/master"])
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
