"""The checks `gpu-driver` and `driver-agreement`: what labels tell of a driver, and what is loaded."""

from typing import Any

import pytest

from orchestrator.evidence import Evidence, Reason
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.requirement import Question
from tests.unit.builders import CLUSTER, cluster, inventory, judge, node, probed, row, unanswered, verdict

OLD = row("gpu-driver", {"driver": ">=384.81"})
FRACTIONS = row("gpu-driver", {"driver": ">=410.104", "cuda": ">=9.0"})
AGREEMENT = row("driver-agreement")
NEEDED = "NVIDIA driver 384.81 or later"
BOTH_NEEDED = "NVIDIA driver 410.104 or later, CUDA 9.0 or later"
PROC = "/proc/driver/nvidia/version"
LABELS = "told by the node's labels"
UNLABELLED = "GPU feature discovery has not labelled the node with it"
NO_CUDA = f"the version of CUDA is not known: {UNLABELLED}"
NOT_KNOWN = "the labels tell of driver 510.47.03; what is loaded is not known"
NOT_RUN = "the node probe was not run"
NO_GPU = "does not apply: no node shows a GPU"
SAME = "the version that the labels tell is loaded"
NOTHING_LOADED = {"loaded": False, "version": None, "seenIn": "/sys/module"}
Labels = dict[str, str]


def parts(driver: str = "", cuda: str = "") -> Labels:
    """Versions as GPU feature discovery splits them: what a version does not have is an empty label."""
    names = {"driver": ("major", "minor", "rev"), "runtime": ("major", "minor")}
    given = {"driver": driver.split("."), "runtime": cuda.split(".")}
    return {
        f"nvidia.com/cuda.{what}.{name}": (given[what] + ["", ""])[index]
        for what in names
        for index, name in enumerate(names[what])
        if given[what] != [""]
    }


def gpu_node(labels: Labels | None = None) -> Inventory:
    return inventory(node(labels=labels or {}, capacity={"nvidia.com/gpu": "8"}))


def seen(labels: Labels | None, loaded: Any) -> Evidence:
    """What the node probe saw of the driver of a GPU node with these labels."""
    return probed("node", {"nvidiaDriver": loaded}, gpu_node(labels))


def loaded(version: str | None) -> dict[str, Any]:
    return {"loaded": True, "version": version, "seenIn": PROC}


@pytest.mark.parametrize(
    ("labels", "observed", "status", "message"),
    [
        (parts("510.47.03"), "510.47.03", "pass", f"the NVIDIA driver is 510.47.03 ({LABELS})"),
        (parts("384.81"), "384.81", "pass", f"the NVIDIA driver is 384.81 ({LABELS})"),
        (parts("384.66"), "384.66", "fail", f"the NVIDIA driver is 384.66 ({LABELS}); needed: {NEEDED}"),
        (
            {**parts("470.1"), "nvidia.com/cuda.driver-version.full": "535.104.05"},
            "535.104.05",
            "pass",
            f"the NVIDIA driver is 535.104.05 ({LABELS})",
        ),
        (
            {"nvidia.com/cuda.driver-version.full": "latest"},
            "latest",
            "unknown",
            f"the NVIDIA driver has a version that cannot be read: latest ({LABELS})",
        ),
    ],
)
def test_a_driver_by_its_labels(labels: Labels, observed: str, status: str, message: str) -> None:
    assert judge(OLD, cluster(*gpu_node(labels).nodes)) == [
        verdict(status, "n1", message, {"labelled": observed}, NEEDED)
    ]


def test_what_is_loaded_counts_more_than_labels() -> None:
    message = f"the NVIDIA driver is 375.26 (told by {PROC}); needed: {NEEDED}"
    known = {"loaded": "375.26", "labelled": "510.47.03"}
    assert judge(OLD, seen(parts("510.47.03"), loaded("375.26"))) == [
        verdict("fail", "n1", message, known, NEEDED)
    ]


def test_no_driver_is_loaded() -> None:
    known = {"loaded": "none", "labelled": "510.47.03"}
    assert judge(OLD, seen(parts("510.47.03"), NOTHING_LOADED)) == [
        verdict("fail", "n1", f"no NVIDIA driver is loaded; needed: {NEEDED}", known, NEEDED)
    ]


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (cluster(*gpu_node().nodes), NOT_RUN),
        (seen(None, None), "the node probe could not see which modules the kernel has loaded"),
        (seen(None, loaded(None)), "the kernel does not tell it"),
        (seen(None, 510), "the node probe's answer on the NVIDIA driver cannot be understood"),
        (
            unanswered("node", Reason.EVICTED, "out of disk").model_copy(update={"inventory": gpu_node()}),
            "the node probe gave no answer: Evicted: out of disk",
        ),
    ],
)
def test_a_driver_that_nobody_tells_of(evidence: Evidence, why: str) -> None:
    message = f"the version of the NVIDIA driver is not known: {UNLABELLED}, and {why}"
    assert judge(OLD, evidence) == [verdict("unknown", "n1", message, {}, NEEDED)]


@pytest.mark.parametrize(
    ("labels", "status", "message"),
    [
        (
            parts("510.47.03", "11.6"),
            "pass",
            f"the NVIDIA driver is 510.47.03 ({LABELS}), and CUDA is 11.6 ({LABELS})",
        ),
        (
            parts("510.47.03", "8.0"),
            "fail",
            f"the NVIDIA driver is 510.47.03 ({LABELS}), and CUDA is 8.0 ({LABELS}); needed: {BOTH_NEEDED}",
        ),
        (
            parts("510.47.03"),
            "unknown",
            f"the NVIDIA driver is 510.47.03 ({LABELS}), and {NO_CUDA}",
        ),
        (
            parts("390.30"),
            "fail",
            f"the NVIDIA driver is 390.30 ({LABELS}), and {NO_CUDA}; needed: {BOTH_NEEDED}",
        ),
    ],
)
def test_a_driver_and_cuda(labels: Labels, status: str, message: str) -> None:
    (found,) = judge(FRACTIONS, cluster(*gpu_node(labels).nodes))
    assert (found.status, found.message) == (status, message)


@pytest.mark.parametrize("requirement", [OLD, AGREEMENT])
def test_without_a_gpu_node_there_is_nothing_to_judge(requirement: Any) -> None:
    windows = node("w1", info={"operatingSystem": "windows"}, capacity={"nvidia.com/gpu": "1"})
    assert judge(requirement, cluster(node(), windows)) == [verdict("skip", CLUSTER, NO_GPU)]


@pytest.mark.parametrize(
    ("labelled", "told", "status", "message"),
    [
        ("510.47.03", loaded("510.47.03"), "pass", "driver 510.47.03 by the labels and as loaded"),
        ("510.47.3", loaded("510.47.03"), "pass", "driver 510.47.3 by the labels and as loaded"),
        (
            "510.47.03",
            loaded("525.105.17"),
            "fail",
            "the labels tell of driver 510.47.03, but 525.105.17 is loaded",
        ),
        (
            "510.47.03",
            NOTHING_LOADED,
            "fail",
            "the labels tell of driver 510.47.03, but no NVIDIA driver is loaded",
        ),
        (
            "510.47.03",
            loaded(None),
            "unknown",
            f"{NOT_KNOWN}: the kernel does not tell the version of the driver",
        ),
        ("beta", loaded("525.105.17"), "fail", "the labels tell of driver beta, but 525.105.17 is loaded"),
    ],
)
def test_labels_against_what_is_loaded(labelled: str, told: Any, status: str, message: str) -> None:
    (found,) = judge(AGREEMENT, seen(parts(labelled), told))
    assert (found.status, found.message, found.expected) == (status, message, SAME)


def test_labels_without_the_probe() -> None:
    message = f"{NOT_KNOWN}: {NOT_RUN}"
    assert judge(AGREEMENT, cluster(*gpu_node(parts("510.47.03")).nodes)) == [
        verdict("unknown", "n1", message, {"labelled": "510.47.03"}, SAME)
    ]


def test_a_node_without_labels_is_not_compared() -> None:
    message = f"nothing to compare the driver with: {UNLABELLED}"
    assert judge(AGREEMENT, seen(None, loaded("510.47.03"))) == [verdict("skip", "n1", message)]


@pytest.mark.parametrize("requirement", [OLD, AGREEMENT])
def test_what_they_read_and_ask(requirement: Any) -> None:
    assert requirement.reads() == (Resource.NODES,)
    assert list(requirement.asks(Inventory())) == [Question(probe="node")]
