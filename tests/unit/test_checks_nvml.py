"""What the checks on GPUs have in common: what NVML does not tell is unknown, with the reason."""

from typing import Any

import pytest

from orchestrator.checks.nvidia.nvml import nvml_errors
from orchestrator.evidence import Cell, Evidence, Observation, Outcome, Reason, Target, TargetKind
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.requirement import Question, Requirement, Subject
from tests.unit.builders import CLUSTER, cluster, evidence, judge, node, row, unanswered, verdict
from tests.unit.gpu_answers import GPU_NODE, HUNG, NOT_STARTED, NOT_THERE, SOUND, answer, found, gpu

STATE = row("gpu-driver-state")
MEMORY = row("gpu-memory-health")
PCIE = row("gpu-pcie-link")
NVLINK = row("gpu-nvlink")
MODES = row("gpu-modes")
UNDIVIDED = row("gpu-undivided")
XIDS = row("gpu-xids")
COUNT = row("gpu-count-agreement")
OF_PROBE = (STATE, MEMORY, PCIE, NVLINK, MODES, UNDIVIDED, XIDS)
OF_NVML = (MEMORY, PCIE, NVLINK, MODES, UNDIVIDED)
ALL = (*OF_PROBE, COUNT)
NO_GPU = "does not apply: no node shows a GPU"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (
            {**NOT_THERE, "gpus": []},
            "NVIDIA's library NVML is not where the probe runs: it is not in /usr/lib64",
        ),
        (
            {**NOT_THERE, "gpus": [], "cLibrary": "not glibc"},
            "NVIDIA's library NVML needs glibc, which the image of the probe has not",
        ),
        (HUNG, "NVML hung at init: nvmlInit_v2 did not return"),
        ({**NOT_STARTED, "init": "UNKNOWN"}, "NVML does not start: UNKNOWN: an error inside the driver"),
        ({**NOT_STARTED, "init": "ERROR_77"}, "NVML does not start: ERROR_77"),
        ({**NOT_STARTED, "init": None}, "NVML does not start: no answer"),
        ({"count": 8}, "of 8 GPUs 2 were told"),
    ],
)
@pytest.mark.parametrize("requirement", OF_NVML, ids=lambda each: each.check)
def test_gpus_that_nvml_does_not_tell_of(
    requirement: Requirement, told: dict[str, Any], message: str
) -> None:
    assert found(requirement, answer(**told)) == ("unknown", message)


@pytest.mark.parametrize("requirement", ALL, ids=lambda each: each.check)
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"gpus": []},
        answer(gpus="two"),
        answer(gpus=[{"index": "first"}]),
        answer(common=["x"]),
        answer(xid={"seen": "many", "source": "kmsg"}),
        answer(gpu(remapped={"pending": "perhaps"})),
    ],
)
def test_an_answer_that_cannot_be_understood(requirement: Requirement, data: dict[str, Any]) -> None:
    message = "the gpu probe's answer on its GPUs cannot be understood"
    assert found(requirement, data) == ("unknown", message)


@pytest.mark.parametrize("requirement", OF_PROBE, ids=lambda each: each.check)
def test_a_probe_that_gave_no_answer(requirement: Requirement) -> None:
    message = "the gpu probe gave no answer: NodeLost"
    assert judge(requirement, unanswered("gpu", Reason.NODE_LOST)) == [verdict("unknown", "n1", message)]


def test_a_node_that_was_not_probed() -> None:
    assert judge(COUNT, cluster(*GPU_NODE.nodes)) == [verdict("unknown", "n1", "the gpu probe was not run")]


@pytest.mark.parametrize("requirement", ALL, ids=lambda each: each.check)
def test_a_cluster_without_gpus(requirement: Requirement) -> None:
    assert judge(requirement, cluster(node())) == [verdict("skip", CLUSTER, NO_GPU)]


def on_host(data: dict[str, Any]) -> Evidence:
    """What the probe tells of a machine alone."""
    target = Target(kind=TargetKind.HOST, name="h1")
    cell = Cell(probe="gpu", target=target, outcome=Outcome.ANSWERED)
    return evidence(None, [cell], [Observation(probe="gpu", target=target, source="process", data=data)])


@pytest.mark.parametrize("requirement", OF_PROBE, ids=lambda each: each.check)
def test_a_machine_alone_without_gpus(requirement: Requirement) -> None:
    data = answer(**{**NOT_THERE, "gpus": [], "pci": {"count": 0, "bound": 0}})
    message = "does not apply: this machine has no NVIDIA GPU"
    assert judge(requirement, on_host(data)) == [verdict("skip", Subject(kind="Host", name="h1"), message)]


def test_a_machine_alone_whose_gpus_have_no_driver() -> None:
    nothing = {"kernelDriver": {"loaded": False, "version": None}, "pci": {"count": 2, "bound": 0}}
    (one,) = judge(STATE, on_host(answer(**{**NOT_THERE, "gpus": [], **nothing})))
    assert (one.status, one.message) == ("fail", "no NVIDIA driver is loaded")


def test_what_is_common_to_all_is_told_once() -> None:
    common = {key: value for key, value in SOUND.items() if key != "index"}
    data = answer(common=common, gpus=[{"index": 0}, {"index": 1, "computeMode": "prohibited"}])
    assert found(MODES, data) == ("fail", "GPU 1 (0000:17:00.0): compute mode prohibited")


def test_what_they_read_and_ask() -> None:
    assert [each.reads() for each in OF_PROBE] == [()] * len(OF_PROBE)
    assert COUNT.reads() == (Resource.NODES,)
    assert [list(each.asks(Inventory())) for each in ALL] == [[Question(probe="gpu")]] * len(ALL)


def test_the_table_of_errors_tells_what_is_broken() -> None:
    broken = {name for name, error in nvml_errors().items() if error.broken}
    assert {"LIB_RM_VERSION_MISMATCH", "GPU_IS_LOST", "RESET_REQUIRED"} <= broken
    assert not {"DRIVER_NOT_LOADED", "UNKNOWN"} & broken
