"""Lists: pages, odd objects, and the models that they are read into."""

import json
from typing import Any

import pytest

from orchestrator import errors
from orchestrator.objects import Job, Node, Object, Pod
from tests.kube.conftest import Client
from tests.kube.server import ScriptedServer, answer, objects, status

NODES = "/api/v1/nodes"


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, **more}


def test_all_pages_are_read(client: Client, server: ScriptedServer) -> None:
    api = client(objects(named("a"), named("b"), version="7", more="t1"), objects(named("c"), version="7"))
    listing = api.list(NODES, Node, selector="gpu=yes", fields="metadata.name!=x", limit=2)
    assert [node.meta.name for node in listing.items] == ["a", "b", "c"]
    assert (listing.resource_version, listing.bad) == ("7", [])
    first = {"labelSelector": "gpu=yes", "fieldSelector": "metadata.name!=x", "limit": "2"}
    assert [request.params for request in server.requests] == [first, {**first, "continue": "t1"}]


def test_a_list_may_come_from_the_servers_memory(client: Client, server: ScriptedServer) -> None:
    client(objects(named("a"))).list(NODES, Node, cached=True)
    assert server.requests[0].params == {"resourceVersion": "0", "limit": "500"}


def test_a_list_whose_place_is_forgotten_starts_over_once(client: Client, server: ScriptedServer) -> None:
    gone = status(410, "Expired", "The provided continue parameter is too old")
    api = client(objects(named("a"), more="t1"), gone, objects(named("b"), version="9"))
    assert [node.meta.name for node in api.list(NODES, Node).items] == ["b"]
    assert "continue" not in server.requests[2].params


def test_pages_without_an_end_are_given_up(client: Client) -> None:
    with pytest.raises(errors.ApiError, match=r"Could not list nodes: .*: the same page came twice$"):
        client(objects(named("a"), more="t1")).list(NODES, Node)


def test_a_list_that_is_forgotten_twice_is_gone(client: Client) -> None:
    gone = status(410, "Expired", "too old")
    with pytest.raises(errors.Gone, match=r"^Could not list nodes: Gone \(410\): too old$"):
        client(gone).list(NODES, Node)


@pytest.mark.parametrize("items", [[], None])
def test_an_empty_list_is_empty(client: Client, items: list[Any] | None) -> None:
    listing = client(answer({"metadata": {"resourceVersion": "3"}, "items": items})).list(NODES, Node)
    assert (listing.items, listing.resource_version) == ([], "3")


def test_one_odd_object_does_not_cost_the_others(client: Client) -> None:
    odd = {"metadata": {"name": "odd", "namespace": "x"}, "status": {"capacity": {"cpu": ["much"]}}}
    listing = client(objects(named("a"), odd, named("b"))).list(NODES, Node)
    assert [node.meta.name for node in listing.items] == ["a", "b"]
    assert list(map(str, listing.bad)) == ["x/odd: status.capacity.cpu: Input should be a valid string"]


def test_an_odd_object_without_a_name_is_told_by_its_place(client: Client) -> None:
    listing = client(answer({"metadata": {}, "items": [named("a"), "rubbish"]})).list(NODES, Node)
    assert len(listing.items) == 1
    assert str(listing.bad[0]).startswith("item 1: Input should be ")


def read(model: type[Any], **fields: Any) -> Any:
    return model.model_validate_json(json.dumps(fields))


@pytest.mark.parametrize("model", [Object, Node, Pod, Job])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"metadata": None, "spec": None, "status": None},
        {"metadata": {"labels": None, "annotations": None, "ownerReferences": None, "name": None}},
        {"spec": {"taints": None, "nodeName": None, "unschedulable": None, "providerID": None}},
        {"status": {"conditions": None, "nodeInfo": None, "capacity": None, "containerStatuses": None}},
        {"status": {"conditions": [{"type": "Ready"}, {"status": None}]}},
        {"status": {"containerStatuses": [{"state": None}]}},
    ],
)
def test_absent_and_null_fields_are_empty_ones(model: type[Object], fields: dict[str, Any]) -> None:
    item = read(model, **fields)
    assert (item.meta.labels, item.meta.name) == ({}, "")


def test_a_node_is_read() -> None:
    node = read(
        Node,
        metadata={
            "name": "n1",
            "uid": "u1",
            "resourceVersion": "5",
            "labels": {"a": "b"},
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "managedFields": [{"manager": "kubelet"}],
        },
        spec={
            "providerID": "aws:///x",
            "unschedulable": True,
            "taints": [{"key": "k", "effect": "NoSchedule"}],
        },
        status={
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "up"}],
            "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
            "nodeInfo": {"osImage": "Ubuntu", "kubeletVersion": "v1.30.1", "bootID": "x"},
            "capacity": {"cpu": "4"},
            "allocatable": {"cpu": "3920m"},
            "images": [{"names": ["x"]}],
        },
    )
    assert (node.meta.name, node.meta.labels, node.meta.resource_version) == ("n1", {"a": "b"}, "5")
    assert (node.provider_id, node.unschedulable) == ("aws:///x", True)
    assert (node.taints[0].key, node.taints[0].value, node.taints[0].effect) == ("k", "", "NoSchedule")
    assert (node.conditions[0].type, node.conditions[0].status) == ("Ready", "True")
    assert node.addresses[0].address == "10.0.0.1"
    assert (node.node_info.os_image, node.node_info.kubelet_version) == ("Ubuntu", "v1.30.1")
    assert (node.capacity, node.allocatable) == ({"cpu": "4"}, {"cpu": "3920m"})
    assert "images" not in node.model_dump()


def test_a_pod_is_read() -> None:
    ended = {"exitCode": 137, "reason": "OOMKilled", "message": "last words"}
    pod = read(
        Pod,
        metadata={"name": "p", "namespace": "x"},
        spec={"nodeName": "n1", "containers": [{"name": "c"}]},
        status={
            "phase": "Failed",
            "reason": "Evicted",
            "message": "disk",
            "containerStatuses": [{"name": "c", "state": {"terminated": ended}}],
            "initContainerStatuses": [{"name": "i", "state": {"waiting": {"reason": "ImagePullBackOff"}}}],
        },
    )
    assert (pod.node_name, pod.phase, pod.reason, pod.message) == ("n1", "Failed", "Evicted", "disk")
    terminated = pod.container_statuses[0].state.terminated
    assert (terminated.exit_code, terminated.reason, terminated.message) == (137, "OOMKilled", "last words")
    assert pod.init_container_statuses[0].state.waiting.reason == "ImagePullBackOff"


def test_a_job_is_read() -> None:
    job = read(
        Job,
        metadata={"name": "j"},
        status={"failed": 2, "conditions": [{"type": "Failed", "reason": "DeadlineExceeded"}]},
    )
    assert [(each.type, each.reason) for each in job.conditions] == [("Failed", "DeadlineExceeded")]


def test_models_are_built_by_the_names_of_their_fields() -> None:
    node = Node(provider_id="x", capacity={"cpu": "1"})
    assert (node.provider_id, node.capacity, node.meta.name) == ("x", {"cpu": "1"}, "")
