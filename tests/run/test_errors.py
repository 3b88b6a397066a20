"""A bug of ours, in whatever thread, ends the run at once, cleans up and is raised."""

import threading
from typing import Any, NoReturn

import pytest

from orchestrator.render import UnitRenderer
from orchestrator.run import engine
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import HANG, Born, OnFirstAnswer, RunOn, Told

FATES = {"read_warnings": [{"fate": "pending"}], "collect": [HANG, {"fate": "no-output"}]}
LONG = 36000  # seconds: a test that waited for the run's own end would never end itself


def fail(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("a bug")


@pytest.fixture
def simulator(start_simulator: StartSimulator) -> Simulator:
    return start_simulator(cluster(*nodes(2), fates=[HANG]))


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (engine, "collect"),
        (engine, "watch"),
        (engine, "render_run"),
        (engine, "render_config"),
        (engine, "read_warnings"),
        (UnitRenderer, "render"),
    ],
    ids=["collect", "watch", "run Job", "ConfigMap", "events", "submit"],
)
def test_an_error_in_a_thread_ends_the_run(
    owner: Any, name: str, start_simulator: StartSimulator, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=FATES.get(name, [HANG])))
    born = Born(simulator)
    monkeypatch.setattr(owner, name, fail)
    with pytest.raises(RuntimeError, match=r"^a bug$"):
        run_on(simulator, work=LONG, pod=LONG)
    assert born.alive == set()


@pytest.mark.parametrize("where", ["handling an event", "telling the progress"])
def test_an_error_where_the_engine_runs_ends_the_run(
    where: str, simulator: Simulator, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    born = Born(simulator)
    if where == "handling an event":
        monkeypatch.setattr(engine, "sign_of", fail)
    with pytest.raises(RuntimeError, match=r"^a bug$"):
        run_on(simulator, progress=OnFirstAnswer(fail), work=LONG, pod=LONG)
    assert (len(born.uids) > 0, born.alive) == (True, set())


def test_an_error_that_comes_during_the_clean_up_does_not_stop_it(
    start_simulator: StartSimulator, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first error ends the run; the second, of a thread that began before, finds it closing."""
    simulator = start_simulator(cluster(*nodes(2), fates=FATES["collect"]))
    born, closing = Born(simulator), threading.Event()

    class Slow(Told):
        def advance(self, done: int, total: int, trouble: str = "") -> None:
            closing.set()

    def fail_late(*_: Any) -> NoReturn:
        assert closing.wait(30)
        raise RuntimeError("late")

    monkeypatch.setattr(engine, "collect", fail_late)
    run = run_on(simulator, progress=Slow(), work=1, pod=LONG)
    assert len(run.result.cells) == 2
    assert (run.result.cleanup.left, born.alive) == ((), set())
