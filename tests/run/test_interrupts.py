"""Ctrl-C, SIGTERM and SIGHUP: at whatever moment they come, nothing is lost and nothing stays."""

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.run import ledger
from orchestrator.run.signals import told_of_interrupts
from orchestrator.simulator.store import Event
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import HANG, Born, OnFirstAnswer, RunOn, Told

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEADLINE = 30  # seconds; only ever reached by a failing test


@pytest.fixture(autouse=True)
def _all_end_the_process() -> Iterator[None]:
    """As the command sets them up."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupt_keeps_the_answers_and_cleans_up(
    number: signal.Signals, start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    born = Born(simulator)
    run = run_on(simulator, progress=OnFirstAnswer(lambda: signal.raise_signal(number)))
    assert run.result.interrupted
    cell = run.cell("n1")
    assert (cell.reason, cell.message) == (Reason.INTERRUPTED, "the run was interrupted")
    assert run.cell("n2").outcome is Outcome.ANSWERED
    assert run.result.cleanup.left == ()
    assert run.result.cleanup.confirmed_gone == len(born.uids)
    assert born.alive == set()


def test_an_interrupt_in_the_middle_of_an_answer_loses_no_cell(
    start_simulator: StartSimulator, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_of = ledger._sign

    def interrupted(*arguments: Any) -> Any:
        monkeypatch.setattr(ledger, "_sign", sign_of)
        signal.raise_signal(signal.SIGINT)
        return sign_of(*arguments)

    monkeypatch.setattr(ledger, "_sign", interrupted)
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    run = run_on(simulator)
    assert run.result.interrupted
    assert {cell.target.name: cell.outcome for cell in run.result.cells} == {
        "n1": Outcome.UNANSWERED,
        "n2": Outcome.ANSWERED,
    }
    assert [observation.target.name for observation in run.result.observations] == ["n2"]


class Heard(Told):
    """Progress that lets others wait until the interrupt is told."""

    def __init__(self) -> None:
        super().__init__()
        self.interrupt = threading.Event()

    def say(self, text: str) -> None:
        super().say(text)
        if text.startswith("interrupted"):
            self.interrupt.set()


@pytest.mark.parametrize("kind", ["Job", "ConfigMap"])
def test_an_interrupt_while_the_run_is_being_created_leaves_nothing_unproved(
    kind: str, start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator, told = start_simulator(cluster(*nodes(2), fates=[HANG])), Heard()
    born = Born(simulator)
    heard: list[bool] = []

    def interrupt(event: Event) -> None:
        if event.old is None and (event.last.type.kind, event.last.name) == (kind, "preflight-r1"):
            os.kill(os.getpid(), signal.SIGINT)
            heard.append(told.interrupt.wait(DEADLINE))

    simulator.store.subscribe(interrupt)
    run = run_on(simulator, progress=told)
    assert heard == [True]
    assert run.result.interrupted
    assert {cell.reason for cell in run.result.cells} == {Reason.INTERRUPTED}
    cleanup = run.result.cleanup
    assert (cleanup.created, cleanup.confirmed_gone) == (len(born.uids), len(born.uids))
    assert (cleanup.left, born.alive) == ((), set())


def test_a_second_interrupt_leaves_at_once(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))

    def interrupt(event: Event) -> None:
        if event.new is None and (event.last.type.kind, event.last.name) == ("Job", "preflight-r1"):
            os.kill(os.getpid(), signal.SIGINT)

    simulator.store.subscribe(interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_on(simulator, progress=OnFirstAnswer(lambda: signal.raise_signal(signal.SIGINT)))
    deletions = [kind for verb, kind in simulator.requests if verb == "deletecollection"]
    assert deletions == ["jobs"]


def test_only_the_first_signal_is_told_and_the_next_has_its_former_effect() -> None:
    told: list[str] = []
    with told_of_interrupts(lambda: told.append("told")):
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGHUP)
    assert told == ["told"]
    assert [signal.getsignal(number) for number in SIGNALS] == [signal.default_int_handler] * 3


def test_what_was_ignored_still_is() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    told: list[str] = []
    with told_of_interrupts(lambda: told.append("told")):
        signal.raise_signal(signal.SIGHUP)
        assert told == []
        signal.raise_signal(signal.SIGTERM)
    assert told == ["told"]
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_without_the_main_thread_nothing_changes() -> None:
    seen: list[Any] = []

    def ask() -> None:
        with told_of_interrupts(lambda: None):
            seen.extend(signal.getsignal(number) for number in SIGNALS)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(DEADLINE)
    assert seen == [signal.default_int_handler] * 3
