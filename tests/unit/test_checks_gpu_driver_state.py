"""The check `gpu-driver-state`."""

from typing import Any

import pytest

from tests.unit.builders import row
from tests.unit.gpu_answers import HUNG, NOT_STARTED, SOUND, answer, found

STATE = row("gpu-driver-state")
MISMATCH = "the driver was upgraded and the node not rebooted since"
LOST = "GPU_IS_LOST: the GPU fell off the bus or cannot be reached any more"


@pytest.mark.parametrize(
    ("told", "status", "message"),
    [
        ({"kernelDriver": {"loaded": False}}, "fail", "no NVIDIA driver is loaded"),
        (
            {**NOT_STARTED, "init": "LIB_RM_VERSION_MISMATCH", "library": {"version": "550.54.15"}},
            "fail",
            f"driver 535.104.05 is loaded, its libraries are of 550.54.15: {MISMATCH}",
        ),
        (
            {**NOT_STARTED, "init": "LIB_RM_VERSION_MISMATCH", "library": {}, "kernelDriver": None},
            "fail",
            f"the driver that is loaded and its libraries are of two versions: {MISMATCH}",
        ),
        (
            {"library": {"version": "550.54.15"}},
            "fail",
            f"driver 535.104.05 is loaded, its libraries are of 550.54.15: {MISMATCH}",
        ),
        (HUNG, "fail", "NVML hung at init, as it does where a GPU is lost: nvmlInit_v2 did not return"),
        ({**NOT_STARTED, "init": "GPU_IS_LOST"}, "fail", f"NVML does not start: {LOST}"),
        ({"count": 0, "gpus": []}, "fail", "NVML starts, but shows no GPU"),
        (
            {"gpus": [SOUND, {"index": 1, "unread": {"handle": "GPU_IS_LOST"}}]},
            "fail",
            f"GPU 1: {LOST}",
        ),
        (
            {"gpus": [SOUND, {**SOUND, "index": 1, "unread": {"remapped": "RESET_REQUIRED"}}]},
            "fail",
            "GPU 1 (0000:17:00.0): RESET_REQUIRED: the GPU has to be reset before it can be used",
        ),
        (
            {**NOT_STARTED, "init": "NO_PERMISSION"},
            "unknown",
            "NVML does not start: NO_PERMISSION: this user may not ask",
        ),
        ({}, "pass", "driver 535.104.05 is loaded, its libraries are the same, and all 2 GPUs answer"),
        (
            {"count": 1, "gpus": [SOUND], "kernelDriver": None, "library": {"path": "/x"}},
            "pass",
            "driver 535.104.05 is loaded, its libraries are the same, and its GPU answers",
        ),
    ],
)
def test_the_state_of_the_driver(told: dict[str, Any], status: str, message: str) -> None:
    assert found(STATE, answer(**told)) == (status, message)
