"""Metadata alone, as a client that accepts no more is answered."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.inventory.read import Anything
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.simulator.resources import Object
from orchestrator.simulator.server import Simulator

from .conftest import Raw, Simulate, cluster

ONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
SECRETS = "/api/v1/namespaces/runai/secrets"
HEAD = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
OpenRaw = Callable[[Simulator], Raw]


def secret(name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "runai", "labels": {"of": "runai"}},
        "type": "kubernetes.io/tls",
        "data": {"tls.key": "Tm9ib2R5J3M="},
    }


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(cluster(secret("a"), secret("b")))


def test_an_object_comes_without_its_data(simulator: Simulator, raw: OpenRaw) -> None:
    found = raw(simulator)("GET", f"{SECRETS}/a", headers={"Accept": ONE}).json()
    assert found == {**HEAD, "metadata": found["metadata"]}
    assert (found["metadata"]["name"], found["metadata"]["labels"]) == ("a", {"of": "runai"})
    assert "data" in raw(simulator)("GET", f"{SECRETS}/a").json()


def test_so_do_the_objects_of_a_list(simulator: Simulator, raw: OpenRaw) -> None:
    page = raw(simulator)("GET", f"{SECRETS}?limit=1", headers={"Accept": LIST}).json()
    assert (page["kind"], page["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert page["metadata"]["continue"]
    assert page["items"] == [{**HEAD, "metadata": page["items"][0]["metadata"]}]


@pytest.mark.parametrize(
    ("path", "accept", "message"),
    [
        (SECRETS, ONE, "you requested PartialObjectMetadata, but the requested object is a list"),
        (
            f"{SECRETS}/a",
            LIST,
            "you requested PartialObjectMetadataList, but the requested object is not a list",
        ),
    ],
)
def test_what_is_asked_for_must_be_what_there_is(
    simulator: Simulator, raw: OpenRaw, path: str, accept: str, message: str
) -> None:
    refused = raw(simulator)("GET", path, headers={"Accept": accept})
    assert (refused.status, refused.json()["reason"]) == (406, "NotAcceptable")
    assert refused.json()["message"] == message


def test_the_client_asks_for_metadata_and_gets_no_more(simulator: Simulator, tmp_path: Path) -> None:
    with connect(ConnectOptions(kubeconfig=simulator.kubeconfig(tmp_path / "kubeconfig"))) as api:
        one = api.get(f"{SECRETS}/a", Anything, metadata=True).root
        listed = [each.root for each in api.list(SECRETS, Anything, metadata=True).items]
    assert one["metadata"]["name"] == "a"
    assert [each["metadata"]["name"] for each in listed] == ["a", "b"]
    assert all(each.keys() == {"kind", "apiVersion", "metadata"} for each in (one, *listed))
