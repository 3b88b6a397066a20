"""Lists: selection, pages, continue tokens and compression."""

import gzip
import json
from collections.abc import Callable

from kubernetes import client

from orchestrator.simulator import fleet
from orchestrator.simulator.description import Description
from orchestrator.simulator.server import Simulator

from .conftest import MAPS, Raw, Simulate, cluster, config_map, node

OpenRaw = Callable[[Simulator], Raw]


def test_pages_cover_everything_once(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(*(node(f"n{number}") for number in range(7)))))
    names: list[str] = []
    token, lefts = "", []
    while True:
        page = call("GET", f"/api/v1/nodes?limit=3&continue={token}").json()
        names += [item["metadata"]["name"] for item in page["items"]]
        lefts.append(page["metadata"].get("remainingItemCount"))
        token = page["metadata"].get("continue", "")
        if not token:
            break
    assert names == [f"n{number}" for number in range(7)]
    assert lefts == [4, 1, None]


def test_resource_version_0_is_not_paged(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(*(node(f"n{number}") for number in range(4)))))
    page = call("GET", "/api/v1/nodes?limit=2&resourceVersion=0").json()
    assert len(page["items"]) == 4


def test_a_forgotten_continue_token_is_expired_and_comes_with_another(
    simulate: Simulate, raw: OpenRaw
) -> None:
    simulator = simulate(cluster(*(node(f"n{number}") for number in range(5))))
    call = raw(simulator)
    token = call("GET", "/api/v1/nodes?limit=2").json()["metadata"]["continue"]
    simulator.store.update("nodes", "n4", lambda obj: obj["metadata"].update(annotations={"a": "b"}))
    simulator.store.compact()
    response = call("GET", f"/api/v1/nodes?limit=2&continue={token}")
    body = response.json()
    assert (response.status, body["reason"]) == (410, "Expired")
    assert body["message"].startswith(
        "The provided continue parameter is too old to display a consistent list"
    )
    rest = call("GET", f"/api/v1/nodes?continue={body['metadata']['continue']}").json()
    assert [item["metadata"]["name"] for item in rest["items"]] == ["n2", "n3", "n4"]


def test_a_broken_continue_token(simulate: Simulate, raw: OpenRaw) -> None:
    response = raw(simulate())("GET", "/api/v1/nodes?continue=xyz")
    assert (response.status, response.json()["message"]) == (400, "continue key is not valid")


def test_selectors_and_namespaces(simulate: Simulate, raw: OpenRaw) -> None:
    other = config_map("c")
    other["metadata"]["namespace"] = "other"
    labelled = config_map("b")
    labelled["metadata"]["labels"] = {"run": "r1"}
    call = raw(simulate(cluster(config_map("a"), labelled, other)))

    def names(path: str) -> list[str]:
        return [item["metadata"]["name"] for item in call("GET", path).json()["items"]]

    assert names("/api/v1/configmaps") == ["a", "b", "c"]
    assert names(MAPS) == ["a", "b"]
    assert names(f"{MAPS}?labelSelector=run%3Dr1") == ["b"]
    assert names("/api/v1/configmaps?fieldSelector=metadata.namespace%3Dother") == ["c"]
    assert names("/api/v1/namespaces/nowhere/configmaps") == []


def test_items_of_built_in_lists_do_not_say_their_kind(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(node("n1"))))
    listed = call("GET", "/api/v1/nodes").json()
    assert (listed["kind"], listed["apiVersion"]) == ("NodeList", "v1")
    assert not {"kind", "apiVersion"} & set(listed["items"][0])
    assert call("GET", "/api/v1/nodes/n1").json()["kind"] == "Node"


def test_large_lists_are_compressed_when_asked(raw: OpenRaw) -> None:
    with Simulator(Description(objects=fleet.nodes(50))) as simulator:
        call = raw(simulator)
        asking = {"Accept-Encoding": "gzip"}
        plain = call("GET", "/api/v1/nodes", decode_content=False)
        packed = call("GET", "/api/v1/nodes", headers=asking, decode_content=False)
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        small = call("GET", "/api/v1/nodes?limit=1", headers=asking)
        assert "Content-Encoding" not in small.headers


def test_fleet_nodes_are_as_large_as_real_ones_and_satisfy_the_client(
    connect: Callable[[Simulator], client.ApiClient],
) -> None:
    with Simulator(Description(objects=fleet.nodes(3))) as simulator:
        nodes = client.CoreV1Api(connect(simulator)).list_node().items
        assert [each.metadata.name for each in nodes] == ["node-00000", "node-00001", "node-00002"]
        assert nodes[0].status.allocatable["nvidia.com/gpu"] == "8"
    assert 9_000 < len(json.dumps(fleet.nodes(1)[0], separators=(",", ":"))) < 10_500
