"""What a run costs the API server."""

import pytest

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
