"""Merge, strategic merge, JSON patch and server-side apply."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from orchestrator.simulator import patches
from orchestrator.simulator.server import Simulator

from .conftest import MAPS, Raw, Simulate, cluster, config_map

OpenRaw = Callable[[Simulator], Raw]
APPLY = {"Content-Type": "application/apply-patch+yaml"}


def apply(call: Raw, manager: str, data: dict[str, str], *, force: bool = False, name: str = "a") -> Any:
    body = yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
    query = f"fieldManager={manager}&force={str(force).lower()}"
    return call("PATCH", f"{MAPS}/{name}?{query}", body.encode(), APPLY)


def test_merge_patch_removes_with_null(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(config_map("a", x="1", y="2"))))
    merge = {"Content-Type": patches.MERGE}
    assert call("PATCH", f"{MAPS}/a", {"data": {"x": None, "z": "3"}}, merge).json()["data"] == {
        "y": "2",
        "z": "3",
    }


def test_strategic_merge_knows_items_by_name() -> None:
    target = {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]}
    merged = patches.merge(target, {"containers": [{"name": "b", "image": "2"}]}, by_name=True)
    assert merged["containers"] == [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]


def test_json_patch() -> None:
    operations = [
        {"op": "test", "path": "/data/x", "value": "1"},
        {"op": "replace", "path": "/data/x", "value": "2"},
        {"op": "add", "path": "/data/a~1b", "value": "3"},
        {"op": "add", "path": "/list/-", "value": 4},
        {"op": "remove", "path": "/list/0"},
    ]
    result = patches.json_patch({"data": {"x": "1"}, "list": [1, 2]}, operations)
    assert result == {"data": {"x": "2", "a/b": "3"}, "list": [2, 4]}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/data/x", "value": "9"},
        {"op": "replace", "path": "/data/none", "value": "9"},
        {"op": "remove", "path": "/nowhere/x"},
    ],
)
def test_a_json_patch_that_does_not_fit(simulate: Simulate, raw: OpenRaw, operation: dict[str, str]) -> None:
    call = raw(simulate(cluster(config_map("a", x="1"))))
    response = call("PATCH", f"{MAPS}/a", [operation], {"Content-Type": patches.JSON_PATCH})
    assert (response.status, response.json()["reason"]) == (422, "Invalid")
    assert call("GET", f"{MAPS}/a").json()["data"] == {"x": "1"}


def test_an_unknown_patch_type(simulate: Simulate, raw: OpenRaw) -> None:
    response = raw(simulate(cluster(config_map("a"))))("PATCH", f"{MAPS}/a", {})
    assert (response.status, response.json()["reason"]) == (415, "UnsupportedMediaType")


def test_apply_creates_then_changes(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate()
    call = raw(simulator)
    assert apply(call, "me", {"x": "1", "y": "2"}).status == 201
    second = apply(call, "me", {"x": "1", "z": "3"})
    assert second.status == 200
    assert second.json()["data"] == {"x": "1", "z": "3"}
    (entry,) = second.json()["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("me", "Apply")
    assert entry["fieldsV1"] == {"f:data": {"f:x": {}, "f:z": {}}}


def test_apply_needs_a_manager(simulate: Simulate, raw: OpenRaw) -> None:
    response = apply(raw(simulate()), "", {})
    assert response.status == 422
    assert response.json()["message"].endswith("fieldManager: Required value: is required for apply patch")


def test_apply_conflicts_unless_forced(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate())
    apply(call, "one", {"x": "1"})
    refused = apply(call, "two", {"x": "2"})
    assert (refused.status, refused.json()["message"]) == (
        409,
        'Apply failed with 1 conflict: conflict with "one": .data.x',
    )
    forced = apply(call, "two", {"x": "2"}, force=True)
    assert (forced.status, forced.json()["data"]) == (200, {"x": "2"})
    assert apply(call, "one", {}).json()["data"] == {"x": "2"}


def test_apply_shares_a_field_of_the_same_value(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate())
    apply(call, "one", {"x": "1"})
    assert apply(call, "two", {"x": "1"}).status == 200
    assert apply(call, "two", {}).json()["data"] == {"x": "1"}
