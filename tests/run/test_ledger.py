"""The ledger: each cell settled once, with the reason why when there is no answer."""

from orchestrator.evidence import Cell, Outcome, Reason, Target, TargetKind, Timing
from orchestrator.plan.model import Unit
from orchestrator.run.fates import Sign
from orchestrator.run.frames import Frame, ProbeError
from orchestrator.run.ledger import Ledger
from tests.run.conftest import Told

UNIT = Unit(
    name="u1", pod="node-local", target=Target(kind=TargetKind.NODE, name="n1"), probes=("node", "dns")
)
GONE = Sign(Reason.DELETED, "gone")


def frame(probe: str, **fields: object) -> Frame:
    whole = {"probe": probe, "run": "r1", "target": "n1", "ok": True, "stage": "done", "data": {"a": 1}}
    return Frame.model_validate(whole | fields)


def ledger(*settled: Cell) -> tuple[Ledger, Told]:
    told = Told()
    return Ledger((UNIT,), settled, told), told


def test_what_was_answered_and_what_was_not() -> None:
    made, told = ledger()
    made.answer(UNIT, {"node": frame("node")}, GONE, "log", Timing(schedule=1, start=2, run=3.5))
    assert made.open == {}
    assert [(c.probe, c.outcome, c.reason, c.message, c.seconds) for c in made.cells()] == [
        ("dns", Outcome.UNANSWERED, Reason.DELETED, "gone", 6.5),
        ("node", Outcome.ANSWERED, None, "", 6.5),
    ]
    assert [(o.probe, o.data) for o in made.observations()] == [("node", {"a": 1})]
    assert told.steps == [(1, 1)]


def test_a_cell_is_settled_once() -> None:
    made, told = ledger()
    made.fail(UNIT, GONE)
    made.answer(UNIT, {"node": frame("node"), "dns": frame("dns")}, GONE, "log", None)
    made.fail_all(Sign(Reason.INTERRUPTED, "late"))
    assert {cell.reason for cell in made.cells()} == {Reason.DELETED}
    assert len(made.cells()) == 2
    assert (made.observations(), told.steps) == ((), [(1, 1)])


def test_a_probe_that_could_not_observe_says_where_it_stopped() -> None:
    made, _ = ledger()
    stuck = frame("dns", ok=False, stage="resolve", error=ProbeError(code="timeout", message="no answer"))
    mute = frame("node", ok=False, stage="start", data={})
    made.answer(UNIT, {"node": mute, "dns": stuck}, GONE, "log", None)
    assert [(c.probe, c.reason, c.message) for c in made.cells()] == [
        ("dns", Reason.PROBE_ERROR, "stopped at stage resolve: timeout: no answer"),
        ("node", Reason.PROBE_ERROR, "stopped at stage start: no reason given"),
    ]
    assert [o.probe for o in made.observations()] == ["dns"]


def test_a_probe_that_was_ended_from_outside_has_the_fate_of_its_pod() -> None:
    made, _ = ledger()
    ended = ProbeError(code="terminated", message="stopped by SIGTERM")
    cut = frame("dns", ok=False, stage="resolvers", error=ended)
    made.answer(UNIT, {"node": frame("node"), "dns": cut}, GONE, "log", None)
    assert [(c.probe, c.outcome, c.reason, c.message) for c in made.cells()] == [
        ("dns", Outcome.UNANSWERED, Reason.DELETED, "gone"),
        ("node", Outcome.ANSWERED, None, ""),
    ]


def test_a_frame_that_was_not_asked_for_is_let_be() -> None:
    made, _ = ledger()
    made.answer(UNIT, {probe: frame(probe) for probe in ("node", "dns", "egress")}, GONE, "log", None)
    assert [cell.probe for cell in made.cells()] == ["dns", "node"]
    assert [o.probe for o in made.observations()] == ["dns", "node"]


def test_cells_settled_before_the_run_stay() -> None:
    target = Target(kind=TargetKind.NODE, name="a-windows-node")
    before = Cell(probe="node", target=target, outcome=Outcome.NOT_APPLICABLE, reason=Reason.WINDOWS)
    made, _ = ledger(before)
    made.fail_all(GONE)
    assert made.cells()[0] == before
    assert len(made.cells()) == 3


def test_no_words_of_others_reach_the_ledger_raw() -> None:
    made, _ = ledger()
    secret = "Authorization: Bearer abcdefghij0123456789"
    made.fail(UNIT, Sign(Reason.CRASHED, f"\x1b[31mred\x1b[0m\n{secret}\n" + "x" * 2000))
    message = made.cells()[0].message
    assert message.startswith("red Authorization: Bearer ")
    assert "\x1b" not in message
    assert len(message) <= 600
    assert "abcdefghij0123456789" not in message
