"""The API server's proxy to Services: canned answers, servers on loopback, and nobody there."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import DocumentError
from orchestrator.simulator.description import load
from orchestrator.simulator.server import Simulator
from tests.kube.server import ScriptedServer, answer

from .conftest import Raw, Simulate, cluster

OpenRaw = Callable[[Simulator], Raw]
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "team"},
    "spec": {"ports": [{"name": "http", "port": 80, "targetPort": 9090}]},
}
PROXY = "/api/v1/namespaces/team/services/{}/proxy{}"


def described(**proxy: Any) -> str:
    return cluster(SERVICE, proxies=[{"service": "team/web", **proxy}])


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.mark.parametrize("name", ["web:80", "web:http", "http:web:80", "web"])
def test_a_canned_answer(simulate: Simulate, raw: OpenRaw, name: str) -> None:
    call = raw(simulate(described(path="/a/b", json={"x": 1}, status=207)))
    response = call("GET", PROXY.format(name, "/a/b?query=up"))
    assert (response.status, response.json()) == (207, {"x": 1})


@pytest.mark.parametrize(
    ("method", "name", "path", "status", "message"),
    [
        ("GET", "none:80", "/a", 404, 'services "none" not found'),
        ("GET", "web:81", "/a", 503, 'no service port "81" found for service "web"'),
        ("GET", "web:80", "/a/b", 503, 'no endpoints available for service "web:80"'),
        ("POST", "web:80", "/a", 405, "the simulation only proxies GET"),
    ],
)
def test_nobody_there(
    simulate: Simulate, raw: OpenRaw, method: str, name: str, path: str, status: int, message: str
) -> None:
    call = raw(simulate(described(path="/a", json={})))
    response = call(method, PROXY.format(name, path))
    assert (response.status, response.json()["message"]) == (status, message)


def test_a_server_on_loopback_answers_all_below_its_path(
    simulate: Simulate, raw: OpenRaw, server: ScriptedServer
) -> None:
    server.script = [answer({"served": True}), answer({"error": "bad query"}, 400)]
    call = raw(simulate(described(path="/prometheus", url=f"{server.url}/below")))
    asked = PROXY.format("web:80", "/prometheus/api/v1/query?query=up%20%3D%3D%201")
    assert call("GET", asked).json() == {"served": True}
    refused = call("GET", asked)
    assert (refused.status, refused.json()) == (400, {"error": "bad query"})
    request = server.requests[0]
    assert (request.path, request.params) == ("/below/api/v1/query", {"query": "up == 1"})
    assert "authorization" not in request.headers


def test_a_server_that_has_gone(simulate: Simulate, raw: OpenRaw, server: ScriptedServer) -> None:
    server.close()
    response = raw(simulate(described(url=server.url)))("GET", PROXY.format("web:80", "/a"))
    assert response.status == 503
    assert response.json()["message"].startswith("error trying to reach service: ")


def test_a_fault_forbids_it(simulate: Simulate, raw: OpenRaw) -> None:
    fault = {"verb": "get", "resource": "services/proxy", "status": 403}
    proxies = [{"service": "team/web", "path": "/a", "json": {}}]
    call = raw(simulate(cluster(SERVICE, proxies=proxies, faults=[fault])))
    response = call("GET", PROXY.format("web:80", "/a"))
    assert response.json()["message"] == (
        'services "web:80" is forbidden: User "demo" cannot get resource "services/proxy" in API group "" '
        'in the namespace "team"'
    )
    assert call("GET", "/api/v1/namespaces/team/services/web").status == 200
    assert "services/proxy" in {each["name"] for each in call("GET", "/api/v1").json()["resources"]}


@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ({"service": "web", "json": {}}, "proxies.0.service: String should match pattern"),
        ({"service": "team/web"}, "proxies.0: a proxy needs either `json` or `url`"),
        ({"service": "team/web", "json": 1, "url": "http://127.0.0.1:1"}, "proxies.0: a proxy needs either"),
        ({"service": "team/web", "url": "http://example.com"}, "proxies.0.url: String should match pattern"),
    ],
)
def test_a_proxy_that_cannot_be(tmp_path: Path, proxy: dict[str, Any], message: str) -> None:
    path = tmp_path / "cluster.yaml"
    path.write_text(json.dumps({"proxies": [proxy]}))
    with pytest.raises(DocumentError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}:1: {message}")
