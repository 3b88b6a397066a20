"""Simulated clusters, the official client for them, and waiting without polling."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
import urllib3
import yaml
from kubernetes import client, config

from orchestrator.simulator.description import Description, load
from orchestrator.simulator.resources import Object
from orchestrator.simulator.server import Simulator
from orchestrator.simulator.store import Stored

DEADLINE = 30  # seconds; only ever reached by a failing test


class Simulate(Protocol):
    """Starts a simulator from the YAML of a cluster; it ends with the test."""

    def __call__(self, cluster: str = "", **options: Any) -> Simulator: ...


@pytest.fixture
def describe(tmp_path: Path) -> Callable[[str], Description]:
    def read(cluster: str) -> Description:
        path = tmp_path / "cluster.yaml"
        path.write_text(cluster, "utf-8")
        return load(path)

    return read


@pytest.fixture
def simulate(describe: Callable[[str], Description]) -> Iterator[Simulate]:
    with ExitStack() as stack:

        def start(cluster: str = "{}", **options: Any) -> Simulator:
            return stack.enter_context(Simulator(describe(cluster), **options))

        yield start


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[[Simulator], client.ApiClient]]:
    """The official client, configured as a user's would be: by a kubeconfig."""
    with ExitStack() as stack:

        def open_client(simulator: Simulator) -> client.ApiClient:
            path = simulator.kubeconfig(tmp_path / "kubeconfig")
            return stack.enter_context(config.new_client_from_config(str(path)))

        yield open_client


class Raw:
    """Plain HTTP to a simulator, with its token."""

    def __init__(self, simulator: Simulator) -> None:
        self._url = simulator.url
        self._token = simulator.token
        self.pool = urllib3.PoolManager(retries=False, timeout=DEADLINE)

    def __call__(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        sent = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            **(headers or {}),
        }
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return self.pool.request(method, self._url + path, body=data, headers=sent, **options)

    def watch(self, path: str) -> Iterator[Object]:
        """The events of a watch until it ends."""
        response = self("GET", path, preload_content=False)
        assert response.status == 200, response.data
        rest = b""
        for chunk in response.stream():
            *lines, rest = (rest + chunk).split(b"\n")
            yield from map(json.loads, lines)
        response.release_conn()


@pytest.fixture
def raw() -> Iterator[Callable[[Simulator], Raw]]:
    opened: list[Raw] = []

    def open_raw(simulator: Simulator) -> Raw:
        opened.append(Raw(simulator))
        return opened[-1]

    yield open_raw
    for each in opened:
        each.pool.clear()


def until(simulator: Simulator, plural: str, holds: Callable[[list[Stored]], bool]) -> list[Stored]:
    """All objects of the type, as soon as they satisfy `holds`; fails the test at its deadline."""
    store = simulator.store
    end = time.monotonic() + DEADLINE
    with store.lock:
        while True:
            objects = store.objects(plural)
            if holds(objects):
                return objects
            left = end - time.monotonic()
            assert left > 0, [each.view.get("status") for each in objects]
            store.collection(plural).changed.wait(left)


def node(name: str, *, labels: dict[str, str] | None = None, **spec: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})}},
        "spec": spec,
        "status": {
            "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def cluster(*objects: Object, **simulation: Any) -> str:
    """The YAML of a cluster with these objects and this simulation document."""
    return yaml.safe_dump_all([simulation, *objects])


def pod(name: str = "probe", *command: str, **spec: Any) -> Object:
    container: Object = {"name": "main", "image": "registry.example.com/probe:1"}
    container |= spec.pop("container", {})
    if command:
        container["command"] = list(command)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": {"run": "r1"}},
        "spec": {"restartPolicy": "Never", "containers": [container], **spec},
    }


def job(name: str = "probe", *command: str, job_spec: Object | None = None, **spec: Any) -> Object:
    template = pod(name, *command, **spec)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "default", "labels": {"run": "r1"}},
        "spec": {
            "backoffLimit": 0,
            **(job_spec or {}),
            "template": {"metadata": {"labels": {"run": "r1"}}, "spec": template["spec"]},
        },
    }


def python(code: str) -> tuple[str, str, str, str]:
    return ("python3", "-IS", "-c", code)


JOBS = "/apis/batch/v1/namespaces/default/jobs"
PODS = "/api/v1/namespaces/default/pods"
MAPS = "/api/v1/namespaces/default/configmaps"


def config_map(name: str, **data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": data,
    }
