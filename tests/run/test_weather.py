"""An API server on a bad day changes no verdict."""

import threading
from typing import Any

import pytest

from orchestrator.evidence import Outcome
from orchestrator.simulator.faults import Fault
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import Born, RunOn
from tests.simulator.conftest import until

WEATHER: dict[str, list[dict[str, Any]]] = {
    "429 with Retry-After": [{"status": 429, "retryAfter": 0, "probability": 0.3, "seed": 1}],
    "5xx": [
        {"status": 500, "probability": 0.15, "seed": 2},
        {"status": 503, "probability": 0.15, "seed": 3},
    ],
    "resets": [{"kind": "reset", "probability": 0.2, "seed": 4}],
    "answers cut in the middle": [{"kind": "truncate", "probability": 0.2, "seed": 5}],
    "dropped watches": [{"verb": "watch", "kind": "drop-watch", "delay": 0.02, "times": 4}],
    "expired watches": [{"verb": "watch", "status": 410, "times": 4}],
    "credentials refused once": [{"verb": "create", "resource": "jobs", "status": 401, "times": 1}],
}


@pytest.mark.parametrize("weather", WEATHER)
def test_bad_weather_changes_no_answer(weather: str, start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(6)))
    born = Born(simulator)
    simulator.faults += [Fault.model_validate(fault) for fault in WEATHER[weather]]
    run = run_on(simulator)
    assert [cell.outcome for cell in run.result.cells] == [Outcome.ANSWERED] * 6
    assert run.result.cleanup.left == ()
    assert run.result.cleanup.confirmed_gone == len(born.uids) == 14
    assert born.alive == set()


def test_a_restart_of_the_api_server_changes_no_answer(
    start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(6)))
    born = Born(simulator)

    def restart() -> None:
        until(simulator, "pods", lambda pods: bool(pods))
        simulator.restart(0.3)

    restarting = threading.Thread(target=restart)
    restarting.start()
    run = run_on(simulator)
    restarting.join()
    assert [cell.outcome for cell in run.result.cells] == [Outcome.ANSWERED] * 6
    assert (run.result.cleanup.left, born.alive) == ((), set())
