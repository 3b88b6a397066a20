"""The check `cgroup-driver`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import judge, probed, row, unanswered, verdict

ROW = row("cgroup-driver", {"driver": "systemd"})
SEEN_IN = "/proc/self/mountinfo"


def cgroup(driver: str | None) -> dict[str, Any]:
    return {"cgroup": {"version": 1, "driver": driver, "seenIn": driver and SEEN_IN}}


def test_the_driver_that_is_asked_for() -> None:
    message = f"the cgroup driver is systemd (seen in {SEEN_IN})"
    assert judge(ROW, probed("node", cgroup("systemd"))) == [
        verdict("pass", "n1", message, "systemd", "systemd")
    ]


def test_the_other_driver() -> None:
    message = f"the cgroup driver is cgroupfs (seen in {SEEN_IN}); expected: systemd"
    assert judge(ROW, probed("node", cgroup("cgroupfs"))) == [
        verdict("fail", "n1", message, "cgroupfs", "systemd")
    ]


def test_a_driver_that_a_namespace_hides() -> None:
    message = (
        "the cgroup driver cannot be told: the probe sees its cgroup under no name of Kubernetes's, "
        "as is usual in pods with cgroups v2"
    )
    assert judge(ROW, probed("node", cgroup(None))) == [verdict("unknown", "n1", message, expected="systemd")]


@pytest.mark.parametrize("data", [{}, {"cgroup": None}, {"cgroup": {"driver": 2}}])
def test_an_answer_that_cannot_be_understood(data: dict[str, Any]) -> None:
    message = "the node probe's answer on cgroups cannot be understood"
    assert judge(ROW, probed("node", data)) == [verdict("unknown", "n1", message)]


def test_a_probe_that_gave_no_answer() -> None:
    message = "the node probe gave no answer: OOMKilled"
    assert judge(ROW, unanswered("node", Reason.OOM_KILLED)) == [verdict("unknown", "n1", message)]


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="node")]
