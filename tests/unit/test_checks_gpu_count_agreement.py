"""The check `gpu-count-agreement`."""

from typing import Any

import pytest

from tests.unit.builders import inventory, judge, node, probed, row
from tests.unit.gpu_answers import NOT_STARTED, answer, gpu

COUNT = row("gpu-count-agreement")


def counted(
    capacity: dict[str, str], data: dict[str, Any], labels: dict[str, str] | None = None
) -> tuple[str, str]:
    read = inventory(node(capacity=capacity, labels={"nvidia.com/gpu.present": "true", **(labels or {})}))
    (one,) = judge(COUNT, probed("gpu", data, read))
    return one.status, one.message


def test_a_gpu_that_the_kubelet_does_not_offer() -> None:
    words = "not everybody has as many GPUs (kubelet: 1, driver: 2, PCI bus: 2)"
    assert counted({"nvidia.com/gpu": "1"}, answer()) == ("fail", words)


def test_a_gpu_that_is_on_the_bus_only() -> None:
    words = "not everybody has as many GPUs (kubelet: 2, driver: 2, PCI bus: 3)"
    assert counted({"nvidia.com/gpu": "2"}, answer(pci={"count": 3, "bound": 3})) == ("fail", words)


def test_gpus_that_nobody_offers() -> None:
    assert counted({}, answer(pci=None)) == ("fail", "not everybody has as many GPUs (kubelet: 0, driver: 2)")


@pytest.mark.parametrize(
    ("capacity", "labels"),
    [
        ({"nvidia.com/gpu": "2"}, {}),
        ({"nvidia.com/gpu": "8"}, {"nvidia.com/gpu.replicas": "4"}),
        ({"nvidia.com/gpu.shared": "8", "nvidia.com/gpu": "0"}, {"nvidia.com/gpu.replicas": "4"}),
        ({"nvidia.com/gpu": "6"}, {"cloud.google.com/gke-max-shared-clients-per-gpu": "3"}),
        ({"nvidia.com/gpu": "2"}, {"nvidia.com/gpu.replicas": "0"}),
        ({"nvidia.com/gpu": "2"}, {"nvidia.com/gpu.replicas": "many"}),
    ],
)
def test_gpus_that_are_all_offered(capacity: dict[str, str], labels: dict[str, str]) -> None:
    assert counted(capacity, answer(), labels) == ("pass", "2 of 2 GPUs are offered")


@pytest.mark.parametrize(
    ("capacity", "data"),
    [
        ({"nvidia.com/mig-1g.10gb": "14"}, answer()),
        ({"nvidia.com/gpu": "14"}, answer(gpu(mig={"current": True, "pending": True}))),
    ],
)
def test_gpus_that_are_divided(capacity: dict[str, str], data: dict[str, Any]) -> None:
    words = "nothing to compare: its GPUs are divided by MIG, the kubelet offers slices"
    assert counted(capacity, data) == ("skip", words)


def test_gpus_that_were_not_counted() -> None:
    words = "NVML does not start: GPU_IS_LOST: the GPU fell off the bus or cannot be reached any more"
    data = answer(**{**NOT_STARTED, "init": "GPU_IS_LOST"})
    assert counted({"nvidia.com/gpu": "2"}, data) == ("unknown", words)
