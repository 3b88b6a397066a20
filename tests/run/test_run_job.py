"""The run Job owns all others: what becomes of it is the cause of everything that follows."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.simulator import books, deletion
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import Born, OnFirstAnswer, RunOn

HANG = {"match": {"job": "preflight-*-????????????", "node": "n[1-3]"}, "fate": "deadline"}
OLD = "v1.20.15"


def delete(simulator: Simulator, policy: str = "Orphan") -> None:
    run_job = simulator.store.get("jobs", "preflight-r1", "default")
    deletion.delete(simulator.store, run_job, deletion.Options(policy))


def fail(reason: str, message: str) -> Callable[[Simulator], None]:
    """As the Job controller writes it."""

    def write(obj: dict[str, Any]) -> None:
        books.set_condition(obj, "Failed", "True", reason, message)

    def happen(simulator: Simulator) -> None:
        simulator.store.update("jobs", "preflight-r1", write, "default")

    return happen


@pytest.mark.parametrize("version", ["v1.27.3", OLD], ids=["", "keeper"])
@pytest.mark.parametrize(
    ("happen", "reason", "words"),
    [
        (delete, Reason.DELETED, "Job preflight-r1 was deleted by someone else during the run"),
        (
            fail("BackoffLimitExceeded", "Job has reached the specified backoff limit"),
            Reason.CRASHED,
            "BackoffLimitExceeded: Job has reached the specified backoff limit",
        ),
        (
            fail("DeadlineExceeded", "Job was active longer than specified deadline"),
            Reason.DEADLINE,
            "DeadlineExceeded: Job was active longer than specified deadline",
        ),
    ],
    ids=["deleted", "failed", "late"],
)
def test_its_end_is_the_reason_of_every_cell(
    version: str,
    happen: Callable[[Simulator], None],
    reason: Reason,
    words: str,
    start_simulator: StartSimulator,
    run_on: RunOn,
) -> None:
    simulator = start_simulator(cluster(*nodes(4), fates=[HANG], version=version))
    born = Born(simulator)
    run = run_on(simulator, progress=OnFirstAnswer(lambda: happen(simulator)))
    told = (Outcome.UNANSWERED, reason, f"the run Job, which owns all others: {words}")
    for name in ("n1", "n2", "n3"):
        cell = run.cell(name)
        assert (cell.outcome, cell.reason, cell.message) == told
    assert run.cell("n4").outcome is Outcome.ANSWERED
    assert (run.result.cleanup.left, born.alive) == ((), set())


def test_what_goes_with_it_was_deleted_too(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(4), fates=[HANG]))
    born = Born(simulator)
    run = run_on(simulator, progress=OnFirstAnswer(lambda: delete(simulator, "Background")))
    for name in ("n1", "n2", "n3"):
        cell = run.cell(name)
        assert cell.reason is Reason.DELETED
        assert cell.message.endswith("was deleted by someone else during the run")
    assert (run.result.cleanup.left, born.alive) == ((), set())
