"""What a run costs the API server."""

import pytest

from orchestrator.evidence import Reason
from orchestrator.plan.model import Site
from orchestrator.run import inbox
from orchestrator.run.patience import USUAL
from orchestrator.simulator.faults import Fault
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import RunOn


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("size", [1, 5000], ids=["by termination message", "by log"])
def test_two_requests_a_node_and_a_constant_as_the_plan_says(
    count: int, size: int, start_simulator: StartSimulator, run_on: RunOn
) -> None:
    answer = {"probe": "node", "data": {"kernel": "5.15.0", "more": "x" * size}}
    simulator = start_simulator(cluster(*nodes(count), results=[answer]))
    run = run_on(simulator)
    assert len(run.result.observations) == count
    requests = sum(simulator.requests.values())
    assert requests <= 2 * count + 40
    assert requests <= run.plan.estimate.api_requests


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("readable", [True, False], ids=["", "events forbidden"])
def test_nodes_whose_pods_never_start_cost_no_more(
    count: int,
    readable: bool,
    start_simulator: StartSimulator,
    run_on: RunOn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run of the usual length, two hundred times as fast."""
    monkeypatch.setattr(inbox, "_TICK", USUAL.events / 2000)
    never = {"fate": "pending", "after": 3600}
    simulator = start_simulator(cluster(*nodes(count), fates=[never]))
    if not readable:
        simulator.faults.append(Fault(verb="list", resource="events", status=403))
    usual = Site().timeout
    run = run_on(simulator, patience=USUAL._replace(events=USUAL.events / 200), work=usual // 200)
    assert {cell.reason for cell in run.result.cells} == {Reason.DEADLINE}
    assert simulator.requests["list", "events"] > 0
    watches_again = 4  # those of a run of the usual length, of which this one sees none
    assert sum(simulator.requests.values()) + watches_again <= 2 * count + 40
