"""The check `peer-clocks`."""

import math

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import CLUSTER, judge, row, verdict
from tests.unit.meshes import Json, mesh

ROW = row("peer-clocks", {"within": 1})
GARBAGE = "the mesh probe's answer on its clock cannot be understood"


def clock(ahead: float, spread: float = 0.002) -> Json:
    return {"members": 5, "clock": {"aheadSeconds": ahead, "uncertaintySeconds": spread}}


@pytest.mark.parametrize(
    ("ahead", "spread", "status", "begin", "end"),
    [
        (5.25, 0.002, "fail", "5.25 s ahead of", "(± 0.002 s); needed: at most 1 s"),
        (-86400, 0.01, "fail", "86400 s behind", "(± 0.01 s); needed: at most 1 s"),
        (0.9, 0.3, "unknown", "0.9 s ahead of", "(± 0.3 s): too coarse to tell whether it is at most 1 s"),
    ],
)
def test_a_clock_that_is_off(ahead: float, spread: float, status: str, begin: str, end: str) -> None:
    message = f"its clock is {begin} those of most other nodes {end}"
    found = judge(ROW, mesh({"n1": clock(ahead, spread), "n2": clock(0)}))
    assert found[0] == verdict(status, "n1", message, ahead, "at most 1 s")


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        ({}, "unknown", GARBAGE),
        ({"members": 5}, "unknown", GARBAGE),
        (clock(math.nan), "unknown", GARBAGE),
        (clock(0, -1), "unknown", GARBAGE),
        ({"members": 5, "clock": None}, "unknown", "no other node was reached to compare its clock with"),
        (
            {"members": 1, "clock": None},
            "skip",
            "does not apply: there is no other node's clock to compare its own with",
        ),
        (Reason.NODE_LOST, "unknown", "the mesh probe gave no answer: NodeLost"),
    ],
)
def test_what_cannot_be_told(data: Json | Reason, status: str, message: str) -> None:
    assert judge(ROW, mesh({"n1": data})) == [verdict(status, "n1", message)]


def test_clocks_that_agree() -> None:
    message = "the clocks of 3 nodes agree: none is more than 0.98 s off"
    seen = mesh({"n1": clock(0.001), "n2": clock(-0.98), "n3": clock(0.02)})
    assert judge(ROW, seen) == [verdict("pass", CLUSTER, message, -0.98, "at most 1 s")]


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="mesh")]
