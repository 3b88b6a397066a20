"""The client against the simulated cluster: whole conversations, in good weather and bad."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from orchestrator import errors
from orchestrator.kube.api import Api
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.kube.watch import watch
from orchestrator.objects import Job, Node, Object, Pod, ServerVersion
from orchestrator.simulator import fleet
from orchestrator.simulator.description import Description
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
JOBS = "/apis/batch/v1/namespaces/default/jobs"
PODS = "/api/v1/namespaces/default/pods"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Description(objects=fleet.nodes(7)), bookmark_every=0.2, history=40) as simulator:
        yield simulator


@pytest.fixture
def api(simulator: Simulator, tmp_path: Path) -> Iterator[Api]:
    path = simulator.kubeconfig(tmp_path / "config")
    with connect(ConnectOptions(kubeconfig=path, workers=8)) as api:
        yield api


def config_map(number: int, run: str = "r1") -> dict[str, Any]:
    metadata = {"name": f"c{number}", "labels": {"run": run}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}


def create_many(api: Api, count: int) -> list[Any]:
    with ThreadPoolExecutor(8) as threads:
        return list(
            threads.map(lambda number: api.create(CONFIG_MAPS, config_map(number), label="run"), range(count))
        )


def test_the_nodes_of_a_fleet(api: Api, simulator: Simulator) -> None:
    listing = api.list("/api/v1/nodes", Node, limit=3)
    assert [node.meta.name for node in listing.items] == [f"node-{number:05d}" for number in range(7)]
    assert simulator.requests["list", "nodes"] == 3
    node = listing.items[0]
    assert node.capacity["nvidia.com/gpu"] == "8"
    assert {condition.type: condition.status for condition in node.conditions}["Ready"] == "True"
    assert node.node_info.architecture == "amd64"


def test_the_version(api: Api) -> None:
    assert api.get("/version", ServerVersion).git_version == "v1.23.17"


def test_objects_come_and_go(api: Api) -> None:
    created = api.create(CONFIG_MAPS, config_map(1))
    assert (created.name, created.namespace, created.existed) == ("c1", "default", False)
    with pytest.raises(errors.Conflict):
        api.create(CONFIG_MAPS, config_map(1))
    again = api.create(CONFIG_MAPS, config_map(1), label="run")
    assert (again.uid, again.existed) == (created.uid, True)
    assert api.get(f"{CONFIG_MAPS}/c1", Object).meta.labels == {"run": "r1"}
    api.delete_collection(CONFIG_MAPS, "run=r1")
    with pytest.raises(errors.NotFound):
        api.get(f"{CONFIG_MAPS}/c1", Object)


def test_nothing_is_lost_and_nothing_made_twice_in_bad_weather(api: Api, simulator: Simulator) -> None:
    simulator.faults += [
        Fault(verb="create", resource="configmaps", status=429, retry_after=0, probability=0.1, seed=1),
        Fault(verb="create", resource="configmaps", kind="truncate", probability=0.1, seed=2),
        Fault(verb="create", resource="configmaps", kind="reset", probability=0.05, seed=3),
    ]
    created = create_many(api, 200)
    assert len({each.uid for each in created}) == 200
    assert any(each.existed for each in created)
    there = api.list(CONFIG_MAPS, Object, selector="run=r1", limit=50)
    assert {item.meta.uid for item in there.items} == {each.uid for each in created}
    api.delete_collection(CONFIG_MAPS, "run=r1")
    assert api.list(CONFIG_MAPS, Object, selector="run=r1").items == []


def test_a_permission_that_is_missing_is_known_beforehand(api: Api, simulator: Simulator) -> None:
    simulator.faults.append(Fault(verb="create", resource="jobs", status=403))
    assert api.allowed("create", "batch", "jobs", "default") is False
    assert api.allowed("list", "", "nodes", "") is True
    with pytest.raises(
        errors.Forbidden, match=r"^Could not create jobs in namespace default: Forbidden \(403\)"
    ):
        api.create(JOBS, {"metadata": {"name": "j"}})


def test_a_job_runs_and_its_end_and_log_are_seen(api: Api) -> None:
    container = {"name": "c", "image": "python:3.12", "command": ["sh", "-c", "echo hello; exit 3"]}
    template = {
        "metadata": {"labels": {"run": "r1"}},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }
    template["spec"]["tolerations"] = [{"operator": "Exists"}]  # type: ignore[index]
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}}
    api.create(JOBS, job | {"spec": {"backoffLimit": 0, "template": template}})
    ended = None
    stop = threading.Event()
    for _, pod in watch(api, PODS, Pod, selector="run=r1", stop=stop, deadline=time.monotonic() + 30):
        if pod.phase == "Failed":
            ended = pod
            stop.set()
    assert ended is not None
    terminated = ended.container_statuses[0].state.terminated
    assert terminated is not None
    assert terminated.exit_code == 3
    assert api.log("default", ended.meta.name, limit_bytes=100) == b"hello\n"
    deadline = time.monotonic() + 30
    for _, seen in watch(api, JOBS, Job, selector=None, stop=threading.Event(), deadline=deadline):
        if seen.conditions:
            break
    assert [(each.type, each.status) for each in seen.conditions] == [("Failed", "True")]


def test_a_watch_survives_a_restart_and_a_lost_history(api: Api, simulator: Simulator) -> None:
    create_many(api, 10)
    simulator.faults += [
        Fault(verb="watch", resource="configmaps", kind="drop-watch", delay=0.05, times=2),
        Fault(verb="watch", resource="configmaps", status=410, times=1),
        Fault(verb="list", resource="configmaps", status=500, times=1),
    ]
    stop = threading.Event()
    known: dict[str, str] = {}
    ready = threading.Event()

    def change() -> None:
        ready.wait(20)
        simulator.restart(0.1)
        api.delete_collection(CONFIG_MAPS, "run=r1")
        for number in range(100, 180):  # more than the history holds
            api.create(CONFIG_MAPS, config_map(number))

    changing = threading.Thread(target=change)
    changing.start()
    for kind, item in watch(
        api, CONFIG_MAPS, Object, selector="run=r1", stop=stop, deadline=time.monotonic() + 60
    ):
        if kind == "DELETED":
            del known[item.meta.name]
        else:
            known[item.meta.name] = item.meta.uid
        if len(known) >= 10:
            ready.set()
        if known.keys() == {f"c{number}" for number in range(100, 180)}:
            stop.set()
    changing.join()
    assert known == {item.meta.name: item.meta.uid for item in api.list(CONFIG_MAPS, Object).items}
