"""The check `clock-skew`."""

from typing import Any

import pytest

from orchestrator.evidence import Cell, Evidence, Observation, Outcome, Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import CLUSTER, evidence, judge, probed, row, target, unanswered, verdict

ROW = row("clock-skew", {"within": 60})
API = "https://10.96.0.1:443"
MOST = "at most 60 s"
COARSE = "too coarse to tell whether it is at most 60 s"


def clock(skew: float | None, reference: str | None = API, reason: str | None = None) -> dict[str, Any]:
    told = {"skewSeconds": skew, "uncertaintySeconds": 0.5, "reference": reference, "reason": reason}
    return {"clock": {key: value for key, value in told.items() if value is not None}}


def clocks(**data: dict[str, Any]) -> Evidence:
    """Evidence in which the node probe answered so, by node."""
    cells = [Cell(probe="node", target=target(name), outcome=Outcome.ANSWERED) for name in data]
    answers = [
        Observation(probe="node", target=target(name), source="log", data=each) for name, each in data.items()
    ]
    return evidence(None, cells, answers)


@pytest.mark.parametrize(
    ("skew", "status", "message"),
    [
        (0.012, "pass", f"its clock is 0.012 s ahead of {API} (± 0.5 s)"),
        (-59.5, "pass", f"its clock is 59.5 s behind {API} (± 0.5 s)"),
        (60.2, "unknown", f"its clock is 60.2 s ahead of {API} (± 0.5 s): {COARSE}"),
        (31536000, "fail", f"its clock is 31536000 s ahead of {API} (± 0.5 s); needed: {MOST}"),
        (-90, "fail", f"its clock is 90 s behind {API} (± 0.5 s); needed: {MOST}"),
    ],
)
def test_one_clock_against_its_reference(skew: float, status: str, message: str) -> None:
    assert judge(ROW, probed("node", clock(skew))) == [verdict(status, "n1", message, skew, MOST)]


@pytest.mark.parametrize(
    ("slow", "status", "end"),
    [
        (-19.0, "pass", "59 s"),
        (-20.0, "unknown", f"60 s: {COARSE}"),
        (-40.0, "fail", f"80 s; needed: {MOST}"),
    ],
)
def test_clocks_that_are_near_the_reference_and_far_apart(slow: float, status: str, end: str) -> None:
    found = judge(ROW, clocks(n1=clock(slow), n2=clock(0), n3=clock(40)))
    apart = f"of the clocks of 3 nodes those of n1 and n3 are furthest apart: {end}"
    assert [each.status for each in found[:3]] == ["pass"] * 3
    assert found[3:] == [verdict(status, CLUSTER, apart, 40 - slow, MOST)]


def test_clocks_of_different_references_are_not_compared() -> None:
    found = judge(ROW, clocks(n1=clock(-40), n2=clock(40, "https://other:443")))
    assert [(each.subject.name, each.status) for each in found] == [("n1", "pass"), ("n2", "pass")]


def test_a_clock_without_a_reference() -> None:
    found = judge(ROW, clocks(n1=clock(0), n2=clock(0), n3=clock(None, reason="refused")))
    assert found[2] == verdict("unknown", "n3", "its clock was compared with none: refused")
    assert found[3].message.startswith("of the clocks of 2 nodes those of n1 and n2 are furthest apart: 0 s")


@pytest.mark.parametrize("data", [{}, {"clock": {"skewSeconds": "late"}}])
def test_an_answer_that_cannot_be_understood(data: dict[str, Any]) -> None:
    message = "the node probe's answer on its clock cannot be understood"
    assert judge(ROW, probed("node", data)) == [verdict("unknown", "n1", message)]


def test_a_probe_that_gave_no_answer() -> None:
    message = "the node probe gave no answer: NodeLost"
    assert judge(ROW, unanswered("node", Reason.NODE_LOST)) == [verdict("unknown", "n1", message)]


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="node")]
