"""The check `gpu-nodes`."""

from orchestrator.inventory.model import Resource
from tests.unit.builders import CLUSTER, cluster, judge, node, row, verdict

LABEL = "nvidia.com/gpu.present"
ROW = row("gpu-nodes", {"labels": [LABEL, "cloud.google.com/gke-accelerator"]})


def offered(capacity: int, allocatable: int) -> dict[str, dict[str, int]]:
    return {"capacity": {"nvidia.com/gpu": capacity}, "allocatable": {"nvidia.com/gpu": allocatable}}


def test_nodes_that_offer_all_their_gpus() -> None:
    mig = {"nvidia.com/mig-1g.5gb": "7", "nvidia.com/gpu": "1"}
    seen = cluster(node(), node("whole", capacity={"nvidia.com/gpu": "8"}), node("sliced", capacity=mig))
    counts = {"nvidia.com/gpu": 1, "nvidia.com/mig-1g.5gb": 7}
    assert judge(ROW, seen) == [
        verdict("pass", "whole", "offers 8 nvidia.com/gpu", offered(8, 8)),
        verdict(
            "pass",
            "sliced",
            "offers 1 nvidia.com/gpu, 7 nvidia.com/mig-1g.5gb",
            {"capacity": counts, "allocatable": counts},
        ),
    ]


def test_a_node_with_unhealthy_gpus() -> None:
    gpu = node(capacity={"nvidia.com/gpu": "8"}, allocatable={"nvidia.com/gpu": "0"})
    assert judge(ROW, cluster(gpu)) == [
        verdict("warn", "n1", "offers none of 8 nvidia.com/gpu: the others are unhealthy", offered(8, 0))
    ]


def test_a_node_that_only_its_label_shows() -> None:
    assert judge(ROW, cluster(node(labels={LABEL: "true"}))) == [
        verdict(
            "warn",
            "n1",
            "labelled as a GPU node, but the kubelet offers no GPU",
            {"capacity": {}, "allocatable": {}},
        )
    ]


def test_no_gpu_anywhere() -> None:
    other = node(labels={LABEL: "false"}, capacity={"nvidia.com/hostdev": "4", "amd.com/gpu": "8"})
    signs = [
        "a resource nvidia.com/gpu*",
        "a resource nvidia.com/mig-*",
        "the label nvidia.com/gpu.present",
        "the label cloud.google.com/gke-accelerator",
    ]
    assert judge(ROW, cluster(other)) == [verdict("fail", CLUSTER, "no node shows a GPU", 0, signs)]


def test_what_it_reads() -> None:
    assert ROW.reads() == (Resource.NODES,)
