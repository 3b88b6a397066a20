"""However a run ends, nothing of it stays; what does is named."""

import signal
import threading
from collections.abc import Callable

import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.kube.api import Api
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.run.engine import Engine
from orchestrator.simulator import deletion
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import AT_ONCE, Born, Connect, RunOn, Told, planned

HANG = {"match": {"job": "preflight-*-????????????", "node": "n1"}, "fate": "deadline"}


class OnFirstAnswer(Told):
    """Does something, on the engine's own thread, as soon as one unit has answered."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self._act = act

    def advance(self, done: int, total: int, trouble: str = "") -> None:
        super().advance(done, total, trouble)
        if done == 1:
            self._act()


def test_ctrl_c_keeps_the_answers_and_cleans_up(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    born = Born(simulator)
    run = run_on(simulator, progress=OnFirstAnswer(lambda: signal.raise_signal(signal.SIGINT)))
    assert run.result.interrupted
    cell = run.cell("n1")
    assert (cell.reason, cell.message) == (Reason.INTERRUPTED, "the run was interrupted")
    assert run.cell("n2").outcome is Outcome.ANSWERED
    assert run.result.cleanup.left == ()
    assert run.result.cleanup.confirmed_gone == len(born.uids)
    assert born.alive == set()


def test_an_error_in_the_middle_cleans_up(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    born = Born(simulator)

    def fail() -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match=r"^a bug$"):
        run_on(simulator, progress=OnFirstAnswer(fail))
    assert (len(born.uids) > 0, born.alive) == (True, set())


def test_someone_else_deletes_the_run_job(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    born = Born(simulator)

    def delete() -> None:
        run_job = simulator.store.get("jobs", "preflight-r1", "default")
        deletion.delete(simulator.store, run_job, deletion.Options())

    run = run_on(simulator, progress=OnFirstAnswer(delete))
    assert run.cell("n1").reason is Reason.DELETED
    assert run.cell("n1").message.endswith("was deleted by someone else during the run")
    assert (run.result.cleanup.left, born.alive) == ((), set())


def test_an_object_of_the_same_name_is_not_mistaken_for_ours(
    start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(1)))
    strange = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "preflight-r1", "namespace": "default"},
        "data": {"theirs": "yes"},
    }
    simulator.store.create(strange)
    run = run_on(simulator)
    cell = run.cell("n1")
    assert cell.reason is Reason.REJECTED
    assert 'configmaps "preflight-r1" already exists' in cell.message
    assert simulator.store.get("configmaps", "preflight-r1", "default").view["data"] == {"theirs": "yes"}


def test_a_run_that_could_create_nothing_leaves_nothing(
    start_simulator: StartSimulator, run_on: RunOn, connected: Connect
) -> None:
    simulator = start_simulator(cluster(*nodes(1)))
    api = connected(simulator)
    plan = planned(api).model_copy(update={"namespace": "nowhere"})
    result = Engine(api, plan, Told(), AT_ONCE).run()
    assert [cell.reason for cell in result.cells] == [Reason.REJECTED]
    assert 'namespaces "nowhere" not found' in result.cells[0].message
    assert (result.cleanup.created, result.cleanup.left) == (0, ())


def test_an_api_server_that_dies_is_told_and_what_may_be_left_is_named(
    start_simulator: StartSimulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    with _impatient(simulator, tmp_path_factory) as api:
        plan = planned(api, work=2)
        result = Engine(api, plan, OnFirstAnswer(simulator.disconnect), AT_ONCE._replace(cleanup=1)).run()
    (cell,) = [cell for cell in result.cells if cell.target.name == "n1"]
    assert cell.outcome is Outcome.UNANSWERED
    assert {ref.kind for ref in result.cleanup.left} == {"Job", "ConfigMap", "Pod"}
    assert "connection refused" in result.cleanup.message


def _impatient(simulator: Simulator, folders: pytest.TempPathFactory) -> Api:
    path = simulator.kubeconfig(folders.mktemp("impatient") / "kubeconfig")
    return connect(ConnectOptions(kubeconfig=path, request_timeout=1))


def test_no_thread_outlives_a_run(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(2)))
    run_on(simulator)
    ours = [t for t in threading.enumerate() if t.name.startswith(("watch-", "submit"))]
    for thread in ours:
        thread.join(10)
    assert not any(thread.is_alive() for thread in ours)
