"""The checks `gpu-labels` and `gpu-count`: the labels of GPU nodes, and what they count."""

from typing import Any

import pytest

from orchestrator.inventory.model import Resource
from tests.unit.builders import CLUSTER, cluster, judge, node, row, verdict

WANTED = ["nvidia.com/gpu.product", "nvidia.com/gpu.count"]
LABELS = row("gpu-labels", {"labels": WANTED})
COUNT = row("gpu-count")
NO_GPU = "does not apply: no node shows a GPU"
GPU, SLICE = "nvidia.com/gpu", "nvidia.com/mig-1g.5gb"


@pytest.mark.parametrize(
    ("labels", "lacking", "status", "message"),
    [
        ([], WANTED, "fail", "carries none of the 2 labels"),
        (WANTED[1:], WANTED[:1], "fail", "lacks 1 of 2 labels: nvidia.com/gpu.product"),
        (WANTED, [], "pass", "carries all 2 labels"),
    ],
)
def test_the_labels_of_a_gpu_node(labels: list[str], lacking: list[str], status: str, message: str) -> None:
    gpu = node(labels=["nvidia.com/gpu.present", *labels])
    assert judge(LABELS, cluster(node("cpu"), gpu)) == [
        verdict(status, "n1", message, {"lacking": lacking}, WANTED)
    ]


def counting(labels: dict[str, str], capacity: dict[str, str]) -> list[Any]:
    """The verdicts on a node with these labels, `count` for `nvidia.com/gpu.count`."""
    named = {key if "/" in key else f"{GPU}.{key}": value for key, value in labels.items()}
    return judge(COUNT, cluster(node(labels={**named, f"{GPU}.present": "true"}, capacity=capacity)))


@pytest.mark.parametrize(
    ("labels", "capacity"),
    [
        ({"count": "8"}, {GPU: "8"}),
        ({"count": "8", "replicas": "1"}, {GPU: "8"}),
        ({"count": "8", "replicas": "0", "product": "A100"}, {GPU: "8"}),
        ({"count": "2", "replicas": "4", "product": "Tesla-T4-SHARED"}, {GPU: "8"}),
        ({"count": "2", "replicas": "4", "product": "Tesla-T4"}, {GPU: "0", f"{GPU}.shared": "8"}),
        ({"count": "8", "product": "A100-MIG-1g.5gb", "mig.strategy": "single"}, {GPU: "8"}),
    ],
)
def test_as_many_as_the_labels_count(labels: dict[str, str], capacity: dict[str, str]) -> None:
    message = "offers what its labels count: 8 nvidia.com/gpu"
    assert counting(labels, capacity) == [verdict("pass", "n1", message, {GPU: 8}, {GPU: 8})]


@pytest.mark.parametrize(
    ("labels", "capacity", "offered"), [({"count": "8"}, {GPU: "7"}, 7), ({"count": "8"}, {}, 0)]
)
def test_fewer_than_the_labels_count(labels: dict[str, str], capacity: dict[str, str], offered: int) -> None:
    message = f"offers {offered} nvidia.com/gpu, its labels count 8 nvidia.com/gpu"
    assert counting(labels, capacity) == [verdict("fail", "n1", message, {GPU: offered}, {GPU: 8})]


def test_slices_of_their_own_names_are_compared_and_whole_gpus_are_not() -> None:
    labels = {"count": "8", f"{SLICE}.count": "14", "nvidia.com/mig-2g.10gb.count": "3"}
    offered = {SLICE: 14, "nvidia.com/mig-2g.10gb": 2}
    counted = {SLICE: 14, "nvidia.com/mig-2g.10gb": 3}
    message = (
        "offers 14 nvidia.com/mig-1g.5gb, 2 nvidia.com/mig-2g.10gb, "
        "its labels count 14 nvidia.com/mig-1g.5gb, 3 nvidia.com/mig-2g.10gb"
    )
    capacity = {GPU: "6", SLICE: "14", "nvidia.com/mig-2g.10gb": "2"}
    assert counting(labels, capacity) == [verdict("fail", "n1", message, offered, counted)]


def test_a_division_that_the_strategy_does_not_allow() -> None:
    labels = {"count": "0", "replicas": "0", "product": "NVIDIA-A100-SXM4-80GB-MIG-INVALID"}
    message = "its GPUs are divided in a way that the MIG strategy does not allow"
    assert counting(labels, {}) == [verdict("fail", "n1", message, {GPU: 0}, {GPU: 0})]


def test_a_count_that_is_no_number() -> None:
    message = "the labels count GPUs in words that are no numbers: many"
    assert counting({"count": "many"}, {GPU: "8"}) == [verdict("unknown", "n1", message)]


def test_a_node_whose_gpus_no_label_counts() -> None:
    message = "nothing to compare with: no label counts the node's GPUs"
    assert counting({"gpu.deploy.count": "1"}, {GPU: "8"}) == [verdict("skip", "n1", message)]


@pytest.mark.parametrize("requirement", [LABELS, COUNT])
def test_without_a_gpu_node_there_is_nothing_to_judge(requirement: Any) -> None:
    assert judge(requirement, cluster(node())) == [verdict("skip", CLUSTER, NO_GPU)]


@pytest.mark.parametrize("requirement", [LABELS, COUNT])
def test_what_they_read(requirement: Any) -> None:
    assert requirement.reads() == (Resource.NODES,)
