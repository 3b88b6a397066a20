"""The checks `gpu-pcie-link` and `gpu-nvlink`."""

from typing import Any

import pytest

from tests.unit.builders import row
from tests.unit.gpu_answers import H100, answer, found, gpu

PCIE = row("gpu-pcie-link")
NVLINK = row("gpu-nvlink")


def link(generation: int, width: int) -> dict[str, int]:
    return {"generation": generation, "maxGeneration": 5, "width": width, "maxWidth": 16}


@pytest.mark.parametrize(
    ("facts", "status", "message"),
    [
        ({"pcie": link(5, 8)}, "fail", "GPU 0 (0000:17:00.0) is connected by 8 of 16 lanes"),
        (
            {"pcie": link(4, 16), "utilization": 10},
            "fail",
            "the link of GPU 0 (0000:17:00.0) is of generation 4 of 5 under load (10 %)",
        ),
        (
            {"pcie": None, "unread": {"pcie": "NO_PERMISSION"}},
            "unknown",
            "not all was told: GPU 0 (0000:17:00.0): NO_PERMISSION: this user may not ask",
        ),
        ({"pcie": None}, "skip", "does not apply: its GPUs tell of no PCIe link"),
        (
            {"pcie": link(1, 16), "utilization": 9},
            "pass",
            "1 of 1 GPUs are connected by all their lanes; the speed of 1 was not judged, as they idle",
        ),
        (
            {"pcie": link(1, 16), "utilization": None},
            "pass",
            "1 of 1 GPUs are connected by all their lanes; the speed of 1 was not judged, as they idle",
        ),
        ({}, "pass", "1 of 1 GPUs are connected by all their lanes, at full speed"),
    ],
)
def test_the_pcie_link(facts: dict[str, Any], status: str, message: str) -> None:
    assert found(PCIE, answer(gpu(**facts))) == (status, message)


def linked(*ups: int, name: str = H100, of: int = 18) -> dict[str, Any]:
    """GPUs with so many of their links up."""
    links = [{"up": up, "down": list(range(up, of))} for up in ups]
    return answer(*(gpu(index=i, bus=None, name=name, nvlink=each) for i, each in enumerate(links)))


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        (linked(18, 17), "fail", "GPU 1: 17 of 18 NVLinks are up"),
        (linked(0, 0), "fail", "GPU 0: 0 of 18 NVLinks are up; GPU 1: 0 of 18 NVLinks are up"),
        (linked(17), "fail", "GPU 0: 17 of 18 NVLinks are up"),
        (
            linked(4, 2, name="NVIDIA A40", of=4),
            "fail",
            "GPU 1: 2 NVLinks are up, 4 on another NVIDIA A40",
        ),
        (
            answer(gpu(nvlink=None, unread={"nvlink": "NO_PERMISSION"})),
            "unknown",
            "not all was told: GPU 0 (0000:17:00.0): NO_PERMISSION: this user may not ask",
        ),
        (linked(0), "skip", "does not apply: no NVLink connects its GPUs"),
        (linked(0, 0, name="NVIDIA H100 PCIe"), "skip", "does not apply: no NVLink connects its GPUs"),
        (answer(gpu(nvlink=None)), "skip", "does not apply: no NVLink connects its GPUs"),
        (linked(12, 12, name="NVIDIA H100 NVL"), "pass", "NVLinks up on each GPU: 12"),
        (linked(18, 18), "pass", "NVLinks up on each GPU: 18"),
    ],
)
def test_nvlinks(data: dict[str, Any], status: str, message: str) -> None:
    assert found(NVLINK, data) == (status, message)
