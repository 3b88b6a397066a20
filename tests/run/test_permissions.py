"""What a run does without a permission: it names it, and the rest goes on."""

import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.simulator.faults import Fault
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import AT_ONCE, Born, RunOn


def forbidden(verb: str, resource: str) -> Fault:
    return Fault.model_validate({"verb": verb, "resource": resource, "status": 403})


@pytest.mark.parametrize(
    ("verb", "resource", "noun"),
    [
        ("create", "jobs", "jobs"),
        ("create", "configmaps", "configmaps"),
        ("list", "pods", "pods"),
        ("watch", "pods", "pods"),
        ("list", "jobs", "jobs"),
        ("watch", "jobs", "jobs"),
    ],
)
def test_a_needed_permission_that_is_missing_is_the_reason_of_every_cell(
    verb: str, resource: str, noun: str, start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[{"fate": "deadline"}]))
    born = Born(simulator)
    simulator.faults.append(forbidden(verb, resource))
    run = run_on(simulator)
    assert {(cell.outcome, cell.reason) for cell in run.result.cells} == {
        (Outcome.UNANSWERED, Reason.FORBIDDEN)
    }
    for cell in run.result.cells:
        assert cell.message.startswith(f"cannot {verb} {noun}: Could not {verb} {noun} in namespace default")
    assert born.alive == set()


def test_without_logs_the_termination_message_is_enough(
    start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(1)))
    simulator.faults.append(forbidden("get", "pods/log"))
    run = run_on(simulator)
    assert run.cell("n1").outcome is Outcome.ANSWERED
    assert [observation.source for observation in run.result.observations] == ["termination-message"]


def test_without_logs_an_answer_that_is_only_there_is_missed(
    start_simulator: StartSimulator, run_on: RunOn
) -> None:
    large = {"probe": "node", "data": {"kernel": "5.15.0", "more": "x" * 5000}}
    simulator = start_simulator(cluster(*nodes(1), results=[large]))
    simulator.faults.append(forbidden("get", "pods/log"))
    cell = run_on(simulator).cell("n1")
    assert cell.reason is Reason.NO_RESULT
    assert cell.message.startswith("the log could not be read: Could not get pods/log preflight-r1-")


@pytest.mark.parametrize("resource", ["pods", "configmaps"])
def test_what_may_not_be_deleted_itself_goes_with_the_run_job(
    resource: str, start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(2)))
    born = Born(simulator)
    simulator.faults.append(forbidden("deletecollection", resource))
    cleanup = run_on(simulator).result.cleanup
    assert (cleanup.created, cleanup.confirmed_gone, cleanup.left) == (6, 6, ())
    assert cleanup.message.startswith(f"Could not deletecollection {resource} in namespace default")
    assert born.alive == set()


def test_what_cannot_be_deleted_at_all_is_named(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(1)))
    born = Born(simulator)
    simulator.faults.append(forbidden("deletecollection", "*"))
    cleanup = run_on(simulator).result.cleanup
    assert {ref.uid for ref in cleanup.left} == born.alive
    assert sorted(ref.kind for ref in cleanup.left) == ["ConfigMap", "Job", "Job", "Pod"]
    assert (cleanup.created, cleanup.confirmed_gone) == (4, 0)


def test_what_cannot_be_listed_is_not_confirmed_gone(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(1)))
    simulator.faults.append(forbidden("list", "configmaps"))
    run = run_on(simulator, patience=AT_ONCE._replace(cleanup=1))
    assert [ref.kind for ref in run.result.cleanup.left] == ["ConfigMap"]
    assert run.result.cleanup.message.startswith("Could not list configmaps in namespace default")
    assert run.result.cleanup.confirmed_gone == 3
