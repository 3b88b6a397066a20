"""What the gpu probe tells of each GPU, and in how few bytes."""

import json
from collections.abc import Callable

import pytest

from tests.probes.conftest import Json
from tests.probes.gpu.conftest import Look

HEALTHY = {
    "name": "NVIDIA H100 80GB HBM3",
    "memory": {"totalMib": 81559, "usedMib": 4},
    "mig": {"current": False, "pending": False},
    "ecc": {"current": True, "pending": True},
    "uncorrected": {"volatile": 0, "aggregate": 0},
    "remapped": {"corrected": 0, "uncorrected": 0, "pending": False, "failed": False},
    "retiredPending": None,
    "computeMode": "default",
    "nvlink": {"up": 18, "down": []},
    "utilization": 0,
    "performanceState": 0,
    "processes": 0,
    "pcie": {"generation": 5, "maxGeneration": 5, "width": 16, "maxWidth": 16},
}


@pytest.fixture
def gpu(look: Look, install: Callable[..., None]) -> Callable[[str], Json]:
    """What the probe tells of the only GPU."""
    install()

    def only(words: str) -> Json:
        data = look(f"devices=1 {words}")["data"]
        (one,) = data["gpus"]
        return {**data["common"], **one}

    return only


def test_a_gpu_that_is_lost_hides_no_other(look: Look, install: Callable[..., None]) -> None:
    install()
    data = look("devices=3 1.fail.nvmlDeviceGetHandleByIndex_v2=15")["data"]
    assert (data["count"], data["common"]) == (3, {})
    assert data["gpus"][1] == {"index": 1, "unread": {"handle": "GPU_IS_LOST"}}
    assert [each.get("computeMode") for each in data["gpus"]] == ["default", None, "default"]


@pytest.mark.parametrize(
    ("words", "name", "fact"),
    [
        ("mig_pending=1", "mig", {"current": False, "pending": True}),
        ("ecc_pending=0", "ecc", {"current": True, "pending": False}),
        ("ecc_volatile=2 ecc_aggregate=5000000000", "uncorrected", {"volatile": 2, "aggregate": 5000000000}),
        (
            "remap_corrected=1 remap_uncorrected=2 remap_pending=1 remap_failed=1",
            "remapped",
            {"corrected": 1, "uncorrected": 2, "pending": True, "failed": True},
        ),
        ("retired_pending=1", "retiredPending", True),
        ("compute_mode=3", "computeMode", "exclusive-process"),
        ("compute_mode=7", "computeMode", "mode 7"),
        ("link3=0 link17=0 link5=2", "nvlink", {"up": 16, "down": [3, 17]}),
        ("links=4", "nvlink", {"up": 4, "down": []}),
        ("links=0", "nvlink", None),
        ("processes=3", "processes", 3),
        ("utilization=97", "utilization", 97),
        ("state=8", "performanceState", 8),
        ("used_mib=70000", "memory", {"totalMib": 81559, "usedMib": 70000}),
        (
            "generation=1 width=8",
            "pcie",
            {"generation": 1, "maxGeneration": 5, "width": 8, "maxWidth": 16},
        ),
        ("generation=0 width=0", "pcie", None),
        ("fail.nvmlDeviceGetMigMode=3", "mig", None),
    ],
)
def test_a_fact_of_a_gpu(gpu: Callable[[str], Json], words: str, name: str, fact: object) -> None:
    told = gpu(words)
    assert told[name] == fact
    others = {key: value for key, value in HEALTHY.items() if key != name}
    assert {key: told[key] for key in others} == others
    assert "unread" not in told


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        ("fail.nvmlDeviceGetRemappedRows=16", {"remapped": "RESET_REQUIRED"}),
        ("fail.nvmlDeviceGetNvLinkState=4", {"nvlink": "NO_PERMISSION"}),
        ("fail.nvmlDeviceGetComputeRunningProcesses_v3=999", {"processes": "UNKNOWN"}),
    ],
)
def test_a_fact_that_cannot_be_read(gpu: Callable[[str], Json], words: str, unread: Json) -> None:
    told = gpu(words)
    assert told["unread"] == unread
    assert [told[name] for name in unread] == [None]


def test_a_library_that_lacks_what_is_newer(look: Look, install: Callable[..., None]) -> None:
    install("libnvidia-ml-old", version="384.81")
    data = look("devices=1 retired_pending=0 processes=2")["data"]
    assert (data["init"], data["driver"], data["cuda"]) == ("SUCCESS", "535.104.05", None)
    newer = {"mig": None, "remapped": None, "nvlink": None}
    facts = {**HEALTHY, **newer, "retiredPending": False, "processes": 2, "bus": "0000:17:00.0"}
    assert {name: data["gpus"][0][name] for name in facts} == facts


def test_eight_gpus_fit_the_termination_log(look: Look, install: Callable[..., None]) -> None:
    """Even where no two of them are alike, and the kernel's log is full of errors."""
    install()
    words = (
        f"{i}.used_mib=7{i}000 {i}.utilization=9{i} {i}.processes={i} {i}.generation=1" for i in range(8)
    )
    frame = look(" ".join(words))
    alike = look()["data"]
    assert (alike["common"], len(alike["gpus"])) == (HEALTHY, 8)
    assert len(json.dumps(alike, separators=(",", ":"))) < 1600
    assert len(json.dumps(frame, separators=(",", ":"))) < 3000
