"""The answers that figures work with are whole and healthy: every requirement on probes passes."""

from bench.answers import healthy, node_local, simulation
from bench.programs import judge
from orchestrator.evaluate import evaluate
from orchestrator.inventory.model import Inventory
from orchestrator.profile.select import choose_features
from orchestrator.requirement import Status
from orchestrator.simulator.rules import Simulation


def test_every_question_of_the_profile_is_answered_well() -> None:
    profile = node_local()

    report = evaluate(profile, judge.make_evidence(2), choose_features((profile,), ()))

    asking = {row.id for row in profile.requirements if any(row.asks(Inventory()))}
    found = {finding.id: finding.status for finding in report.findings if finding.id in asking}
    assert asking
    assert set(found) == asking
    assert set(found.values()) <= {Status.PASS, Status.SKIP}


def test_the_simulator_takes_the_answers_as_rules() -> None:
    rules = Simulation.model_validate(simulation(padding=10)).results

    assert {rule.probe for rule in rules} == set(healthy())
    assert all(rule.data["padding"] == "x" * 10 for rule in rules)
