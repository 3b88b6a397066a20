"""What is read in a second step: the targets of Prometheus and the rules of its adapter."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.inventory.model import Inventory
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.kube.server import ScriptedServer, answer
from tests.run.clusters import cluster
from tests.unit.monitoring import custom, server, service

Json = dict[str, Any]
TARGETS = ("deployments", "statefulsets", "daemonsets", "prometheuses", "services", "prometheustargets")
TOKEN = "nvapi-0123456789abcdef0123"


@pytest.fixture
def prometheus() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


def stateful(found: Json) -> Json:
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", **found}


def reached(found: Json) -> Json:
    return {"apiVersion": "v1", "kind": "Service", **found}


def answers(*samples: tuple[Json, str]) -> Json:
    """Prometheus' answer to an instant query."""
    result = [{"metric": labels, "value": [1686000000.1, value]} for labels, value in samples]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def proxied(name: str, document: Json, status: int = 200) -> Json:
    return {"service": f"monitoring/{name}", "path": "/api/v1/query", "json": document, "status": status}


def read(simulator: Simulator, tmp_path: Path, *wanted: str) -> Inventory:
    with connect(ConnectOptions(kubeconfig=simulator.kubeconfig(tmp_path / "config"))) as api:
        return read_inventory(api, lambda _: wanted)[1]


def test_targets_are_counted_by_their_labels(start_simulator: StartSimulator, tmp_path: Path) -> None:
    up, down = {"job": "node", "pod": "ignored", "up": "1"}, {"job": "node", "up": "0"}
    at = {"__name__": "up", "job": "node", "instance": "10.0.0.1:9100"}
    document = answers((up, "4"), (down, "1"), ({"job": TOKEN, "service": "", "up": "1"}, "1"), (at, "0"))
    objects = (stateful(server()), reached(service()))
    simulator = start_simulator(cluster(*objects, proxies=[proxied("prometheus", document)]))
    inventory = read(simulator, tmp_path, *TARGETS)
    assert inventory.unread == ()
    assert inventory.objects["prometheustargets"] == (
        {
            "kind": "StatefulSet",
            "metadata": {"namespace": "monitoring", "name": "prometheus-k8s"},
            "service": "prometheus:9090",
            "targets": [
                {"labels": {"job": "node"}, "up": 4, "down": 1, "downAt": ["10.0.0.1:9100"]},
                {"labels": {"job": "[redacted]"}, "up": 1, "down": 0, "downAt": []},
            ],
        },
    )


def test_a_prometheus_is_asked_what_it_is_asked(
    start_simulator: StartSimulator, tmp_path: Path, prometheus: ScriptedServer
) -> None:
    prometheus.script = [answer(answers())]
    proxy = {"service": "monitoring/prometheus", "url": prometheus.url}
    simulator = start_simulator(cluster(stateful(server()), reached(service()), proxies=[proxy]))
    read(simulator, tmp_path, *TARGETS)
    [request] = prometheus.requests
    by = "by (job, service, app_kubernetes_io_name, kubernetes_name, component)"
    assert (request.method, request.path) == ("GET", "/api/v1/query")
    assert request.params == {"query": f'count_values {by} ("up", up) or bottomk {by} (3, up == 0)'}


def test_groups_with_most_targets_are_kept(start_simulator: StartSimulator, tmp_path: Path) -> None:
    document = answers(*(({"job": f"j{size}", "up": "1"}, str(size)) for size in range(1, 1101)))
    objects = (stateful(server()), reached(service()))
    simulator = start_simulator(cluster(*objects, proxies=[proxied("prometheus", document)]))
    [found] = read(simulator, tmp_path, *TARGETS).objects["prometheustargets"]
    assert [group["up"] for group in found["targets"]] == list(range(1100, 100, -1))


def test_one_that_cannot_be_asked_does_not_hide_the_others(
    start_simulator: StartSimulator, tmp_path: Path
) -> None:
    mine = {"apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus", **custom()}
    other = server("other")
    other["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    objects = (stateful(server()), stateful(other), mine, reached(service()))
    pair = (*objects, reached(service("other", {"app": "other"})))
    simulator = start_simulator(cluster(*pair, proxies=[proxied("prometheus", answers())]))
    first, second = read(simulator, tmp_path, *TARGETS).objects["prometheustargets"]
    assert first["targets"] == []
    assert second["error"] == (
        "Could not get services/proxy other:9090 in namespace monitoring: Service Unavailable (503): "
        'no endpoints available for service "other:9090"'
    )


@pytest.mark.parametrize(
    ("document", "status", "why"),
    [
        ({"status": "error", "error": f"token={TOKEN}"}, 400, "Bad Request (400): "),
        ({"login": "here"}, 401, "Unauthorized (401): "),
        (
            {"status": "success", "data": {"result": {}}},
            200,
            "the answer cannot be understood: data.result: ",
        ),
        (answers(({"job": "a", "up": "1"}, "many")), 200, "the answer cannot be understood: "),
    ],
)
def test_when_none_can_be_asked_that_is_told(
    start_simulator: StartSimulator, tmp_path: Path, document: Json, status: int, why: str
) -> None:
    objects = (stateful(server()), reached(service()))
    simulator = start_simulator(cluster(*objects, proxies=[proxied("prometheus", document, status)]))
    inventory = read(simulator, tmp_path, *TARGETS)
    [unread] = inventory.unread
    assert (unread.resource, unread.verb) == ("prometheustargets", "get")
    assert unread.message.startswith(
        f"Could not get services/proxy prometheus:9090 in namespace monitoring: {why}"
    )
    assert TOKEN not in unread.message
    assert "prometheustargets" not in inventory.objects


def test_silence_of_a_service_is_not_silence_of_the_api(
    start_simulator: StartSimulator, tmp_path: Path
) -> None:
    fault = {"verb": "get", "resource": "services/proxy", "kind": "reset"}
    simulator = start_simulator(cluster(stateful(server()), reached(service()), faults=[fault]))
    inventory = read(simulator, tmp_path, *TARGETS)
    assert [unread.resource for unread in inventory.unread] == ["prometheustargets"]
    assert len(inventory.objects["statefulsets"]) == 1


def test_no_more_than_five_are_asked(start_simulator: StartSimulator, tmp_path: Path) -> None:
    many = [stateful(server(f"p{number}")) for number in range(12)]
    simulator = start_simulator(
        cluster(*many, reached(service()), proxies=[proxied("prometheus", answers())])
    )
    assert len(read(simulator, tmp_path, *TARGETS).objects["prometheustargets"]) == 5
    assert sum(seen.name == "prometheus:9090" for seen in simulator.requests.recent) == 5


def adapter(**data: str) -> tuple[Json, Json]:
    labels = {"app": "prometheus-adapter"}
    container = {"name": "adapter", "image": "registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0"}
    volumes = [{"name": "tmp", "emptyDir": {}}, {"name": "config", "configMap": {"name": "rules"}}]
    pods = {"metadata": {"labels": labels}, "spec": {"containers": [container], "volumes": volumes}}
    meta = {"namespace": "monitoring"}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta | {"name": "adapter"}}
    files = {name.replace("_", "."): text for name, text in data.items()}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta | {"name": "rules"}, "data": files}
    return deployment | {"spec": {"template": pods}}, config


RULES = f"rules: [{{seriesQuery: a, name: {{as: b}}}}, {{seriesQuery: {TOKEN}}}]"
NOT_UNDERSTOOD = "its configuration cannot be understood"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            {"config_yaml": RULES, "ca_crt": "{"},
            {"rules": [{"series": "a", "name": "b"}, {"series": "[redacted]", "name": ""}]},
        ),
        ({"config_yaml": "externalRules: []"}, {"rules": []}),
        ({"config_yaml": "- a"}, {"error": f"{NOT_UNDERSTOOD}: it is no mapping"}),
        ({"config_yaml": "[" * 30 + "]" * 30}, {"error": f"{NOT_UNDERSTOOD}: it is nested too deep"}),
        ({"other": "x"}, {"error": "its pods mount no configuration that is there"}),
    ],
)
def test_the_rules_of_an_adapter(
    start_simulator: StartSimulator, tmp_path: Path, data: dict[str, str], told: Json
) -> None:
    simulator = start_simulator(cluster(*adapter(**data)))
    inventory = read(simulator, tmp_path, "deployments", "adapterrules")
    assert inventory.objects["adapterrules"] == (
        {"metadata": {"namespace": "monitoring", "name": "adapter"}} | told,
    )
    deployments = [seen for seen in simulator.requests.recent if seen.resource == "deployments"]
    assert [seen.verb for seen in deployments] == ["list", "list"]
