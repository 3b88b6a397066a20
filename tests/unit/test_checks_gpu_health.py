"""The checks `gpu-memory-health`, `gpu-modes`, `gpu-undivided` and `gpu-xids`."""

from typing import Any

import pytest

from tests.unit.builders import row
from tests.unit.gpu_answers import SOUND, answer, found, gpu

MEMORY = row("gpu-memory-health")
MODES = row("gpu-modes")
UNDIVIDED = row("gpu-undivided")
XIDS = row("gpu-xids")
WAITS = "GPU 0 (0000:17:00.0): a bad"


@pytest.mark.parametrize(
    ("facts", "status", "message"),
    [
        (
            {"uncorrected": {"volatile": 1, "aggregate": 1}},
            "fail",
            "GPU 0 (0000:17:00.0): uncorrected errors since the driver was loaded: 1",
        ),
        (
            {"remapped": {**SOUND["remapped"], "pending": True}},
            "fail",
            f"{WAITS} row waits for a reset to be remapped",
        ),
        (
            {"remapped": {**SOUND["remapped"], "failed": True}},
            "fail",
            f"{WAITS} row could not be remapped, the GPU has to be replaced",
        ),
        ({"retiredPending": True}, "fail", f"{WAITS} page waits for a reset to be retired"),
        (
            {"unread": {"uncorrected": "UNKNOWN"}, "uncorrected": None},
            "unknown",
            "not all was told: GPU 0 (0000:17:00.0): UNKNOWN: an error inside the driver",
        ),
        (
            {"uncorrected": None, "remapped": None},
            "skip",
            "does not apply: none of its GPUs keeps account of errors of its memory",
        ),
        ({"uncorrected": {"volatile": 0, "aggregate": 7}}, "pass", "the memory of 1 of 1 GPUs is sound"),
    ],
)
def test_the_health_of_memory(facts: dict[str, Any], status: str, message: str) -> None:
    assert found(MEMORY, answer(gpu(**facts))) == (status, message)


def test_errors_that_a_row_allows() -> None:
    allowing = row("gpu-memory-health", {"uncorrected": 2})
    two, three = ({"volatile": count, "aggregate": count} for count in (2, 3))
    assert found(allowing, answer(gpu(uncorrected=two)))[0] == "pass"
    assert found(allowing, answer(gpu(uncorrected=three)))[0] == "fail"


@pytest.mark.parametrize(
    ("facts", "status", "message"),
    [
        ({"computeMode": "prohibited"}, "fail", "GPU 0 (0000:17:00.0): compute mode prohibited"),
        (
            {"mig": {"current": True, "pending": False}},
            "fail",
            "GPU 0 (0000:17:00.0): MIG is on, and off after the next reset",
        ),
        (
            {"ecc": {"current": False, "pending": True}},
            "fail",
            "GPU 0 (0000:17:00.0): ECC is off, and on after the next reset",
        ),
        ({"computeMode": None}, "unknown", "NVML does not tell the compute mode of every GPU"),
        (
            {"mig": {"current": True, "pending": True}},
            "pass",
            "compute mode default, MIG is on on 1 of 1 GPUs, no change waits",
        ),
        ({"mig": None, "ecc": None}, "pass", "compute mode default, MIG is off, no change waits"),
    ],
)
def test_modes(facts: dict[str, Any], status: str, message: str) -> None:
    assert found(MODES, answer(gpu(**facts))) == (status, message)


@pytest.mark.parametrize(
    ("facts", "status", "message"),
    [
        (
            {"mig": {"current": True, "pending": True}},
            "fail",
            "GPU 0 (0000:17:00.0) is divided by MIG",
        ),
        (
            {"mig": None, "unread": {"mig": "UNKNOWN"}},
            "unknown",
            "not all was told: GPU 0 (0000:17:00.0): UNKNOWN: an error inside the driver",
        ),
        ({"mig": None}, "pass", "1 of 1 GPUs are whole"),
        ({"mig": {"current": False, "pending": True}}, "pass", "1 of 1 GPUs are whole"),
    ],
)
def test_gpus_that_are_divided(facts: dict[str, Any], status: str, message: str) -> None:
    assert found(UNDIVIDED, answer(gpu(**facts))) == (status, message)


def logged(number: int, seconds_ago: int, count: int = 1) -> dict[str, Any]:
    return {"bus": "0000:17:00", "xid": number, "count": count, "secondsAgo": seconds_ago}


NOT_SEEN = (
    "no XID was seen, as the kernel's log cannot be read where the probe runs: there may have been some"
)
QUIET = "no XID of a GPU was seen in the kernel's log of the last 24 h"


@pytest.mark.parametrize(
    ("log", "status", "message"),
    [
        (
            {"seen": [logged(79, 59)], "source": "kmsg"},
            "fail",
            "GPU 0 (0000:17:00.0): XID 79, the GPU has fallen off the bus, last 0 min ago",
        ),
        (
            {"seen": [logged(74, 86400, 3)], "source": "kmsg"},
            "fail",
            "GPU 0 (0000:17:00.0): XID 74, an error of an NVLink, 3 times, last 24 h ago",
        ),
        (
            {"seen": [], "source": None},
            "skip",
            NOT_SEEN,
        ),
        ({"seen": [logged(79, 86401)], "source": "kmsg"}, "pass", QUIET),
        (
            {"seen": [logged(43, 5), logged(13, 5)], "source": "kmsg"},
            "pass",
            f"{QUIET}, but for 13, 43, mostly of programs",
        ),
    ],
)
def test_xids(log: dict[str, Any], status: str, message: str) -> None:
    assert found(XIDS, answer(xid=log)) == (status, message)
