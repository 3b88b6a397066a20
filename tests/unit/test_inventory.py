"""The inventory as it is read: what is no API is refused, what others wrote is redacted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import ConnectError
from orchestrator.inventory.model import Inventory
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.connect import ConnectOptions, connect
from tests.conftest import StartSimulator
from tests.kube.conftest import kubeconfig
from tests.kube.server import Reply, ScriptedServer, answer, page, status
from tests.run.clusters import cluster, node

SECRET = "hunter2-of-prod"


def read(path: Path) -> Inventory:
    with connect(ConnectOptions(kubeconfig=path)) as api:
        return read_inventory(api)[1]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (page("Error", 404), 'Could not get /version: a web page titled "Error" came back (Not Found (404))'),
        (page("Error"), 'Could not get /version: a web page titled "Error" came back (OK (200))'),
        (answer(["a"]), "Could not get /version: the answer cannot be understood: "),
        (answer({"name": "another service"}), "its /version names no release"),
    ],
)
def test_a_server_that_is_no_kubernetes(
    reply: Reply, why: str, server: ScriptedServer, tmp_path: Path
) -> None:
    server.script = [reply]
    with pytest.raises(ConnectError) as caught:
        read(kubeconfig(tmp_path / "config", server.url))
    assert caught.value.message.startswith(f"{server.url} does not answer as a Kubernetes API does: {why}")
    assert caught.value.hint


def test_secrets_of_nodes_are_not_kept(start_simulator: StartSimulator, tmp_path: Path) -> None:
    told: dict[str, Any] = node("n1", labels={"db-password": SECRET, "team": "a"})
    told["status"]["conditions"][0]["message"] = f"pull failed: https://bot:{SECRET}@registry.example/v2/"
    simulator = start_simulator(cluster(told, node("n2")))
    inventory = read(simulator.kubeconfig(tmp_path / "config"))
    assert SECRET not in json.dumps(inventory.model_dump(mode="json"))
    first, second = inventory.nodes
    assert first.labels["db-password"] == "[redacted]"
    assert first.labels["team"] == "a"
    assert first.conditions[0].message == "pull failed: https://bot:[redacted]@registry.example/v2/"
    assert second.conditions[0].message == "the kubelet's own words"


def test_secrets_in_the_words_of_a_refusal_are_not_kept(server: ScriptedServer, tmp_path: Path) -> None:
    server.script = [answer({"gitVersion": "v1.23.17"}), status(403, "Forbidden", f"token={SECRET}")]
    unread = read(kubeconfig(tmp_path / "config", server.url)).unread
    assert len(unread) == 3
    assert {each.message.partition(": ")[2] for each in unread} == {"Forbidden (403): token=[redacted]"}
