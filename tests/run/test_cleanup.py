"""However a run ends, nothing of it stays; what does is named."""

import signal
import threading
from typing import Any

import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.kube.api import Api
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.plan.model import Site
from orchestrator.run import estate
from orchestrator.run.engine import Engine
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import AT_ONCE, HANG, Connect, OnFirstAnswer, RunOn, Told, planned


def strip(obj: dict[str, Any]) -> None:
    obj["metadata"] = {**obj["metadata"], "labels": {}, "ownerReferences": []}


@pytest.mark.parametrize(("plural", "kind"), [("configmaps", "ConfigMap"), ("jobs", "Job")])
def test_what_was_stripped_of_its_labels_is_named_as_left(
    plural: str, kind: str, start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))

    def lose() -> None:
        simulator.store.update(plural, "preflight-r1", strip, "default")

    run = run_on(simulator, progress=OnFirstAnswer(lose), work=2)
    stripped = simulator.store.get(plural, "preflight-r1", "default")
    assert [(ref.kind, ref.name, ref.uid) for ref in run.result.cleanup.left] == [
        (kind, "preflight-r1", stripped.uid)
    ]
    assert run.result.cleanup.confirmed_gone == run.result.cleanup.created - 1


def test_a_config_map_that_was_made_anew_is_not_ours(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))

    def replace() -> None:
        simulator.store.delete("configmaps", "preflight-r1", "default")
        theirs = {"name": "preflight-r1", "namespace": "default"}
        simulator.store.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": theirs, "data": {}})

    cleanup = run_on(simulator, progress=OnFirstAnswer(replace), work=2).result.cleanup
    assert (cleanup.left, cleanup.confirmed_gone) == ((), cleanup.created)
    assert [each.name for each in simulator.store.objects("configmaps")] == ["preflight-r1"]


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
    plan = planned(api).model_copy(update={"site": Site(namespace="nowhere")})
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


def test_an_api_server_that_goes_silent_is_asked_a_few_times_only(
    start_simulator: StartSimulator,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(estate, "_REQUEST_SECONDS", 0.3)
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    before: list[int] = []
    with _impatient(simulator, tmp_path_factory) as api:

        def fall_silent() -> None:
            simulator.faults.append(Fault(kind="slow", delay=3600))
            before.append(api.requests)
            signal.raise_signal(signal.SIGINT)

        result = Engine(api, planned(api), OnFirstAnswer(fall_silent), AT_ONCE).run()
        asked = api.requests - before[0]
    assert asked <= 8  # the deletion and the list of one kind, each about twice, and what was under way
    assert result.interrupted
    assert {ref.kind for ref in result.cleanup.left} == {"Job", "ConfigMap", "Pod"}
    assert "it took too long" in result.cleanup.message


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
