"""Watches: from a version on, by selector, with bookmarks, and what ends them."""

from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from kubernetes import client, watch

from orchestrator.simulator.server import Simulator

from .conftest import MAPS, Raw, Simulate, cluster, config_map

OpenRaw = Callable[[Simulator], Raw]


def changes(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]


def label(value: str) -> Callable[[dict[str, Any]], None]:
    return lambda obj: obj["metadata"].update(labels={"run": value})


def test_changes_since_a_version(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate()
    call = raw(simulator)
    version = call("GET", MAPS).json()["metadata"]["resourceVersion"]
    simulator.store.create(config_map("a"))
    simulator.store.update("configmaps", "a", label("r1"), "default")
    simulator.store.update("configmaps", "a", label("r1"), "default")  # no difference, no event
    simulator.store.delete("configmaps", "a", "default")
    events = list(call.watch(f"{MAPS}?watch=true&resourceVersion={version}&timeoutSeconds=1"))
    assert changes(events) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(set(versions))
    assert versions[0] > int(version)
    assert events[0]["object"]["kind"] == "ConfigMap"


def test_without_a_version_what_exists_comes_first(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(config_map("a"), config_map("b"))))
    assert changes(list(call.watch(f"{MAPS}?watch=1&timeoutSeconds=1"))) == [("ADDED", "a"), ("ADDED", "b")]


def test_a_change_arrives_while_the_watch_is_open(
    simulate: Simulate, connect: Callable[[Simulator], client.ApiClient]
) -> None:
    simulator = simulate(cluster(config_map("a")))
    core = client.CoreV1Api(connect(simulator))
    seen = []
    for event in watch.Watch().stream(core.list_namespaced_config_map, "default", timeout_seconds=30):
        seen.append((event["type"], event["object"].metadata.name))
        if len(seen) == 1:
            simulator.store.create(config_map("b"))
        else:
            break
    assert seen == [("ADDED", "a"), ("ADDED", "b")]


def test_an_object_that_leaves_the_selection_is_deleted_to_the_watch(
    simulate: Simulate, raw: OpenRaw
) -> None:
    simulator = simulate()
    call = raw(simulator)
    version = simulator.store.version
    simulator.store.create(config_map("a"))
    for value in ("r1", "r2"):
        simulator.store.update("configmaps", "a", label(value), "default")
    path = f"{MAPS}?watch=1&timeoutSeconds=1&resourceVersion={version}&labelSelector=run%3Dr1"
    assert changes(list(call.watch(path))) == [("ADDED", "a"), ("DELETED", "a")]


def test_bookmarks_come_regularly_and_at_the_end(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(config_map("a")), bookmark_every=0.2)
    simulator.store.create(config_map("b"))
    version = simulator.store.version
    path = f"{MAPS}?watch=1&timeoutSeconds=1&resourceVersion={version}&allowWatchBookmarks=true"
    events = list(raw(simulator).watch(path))
    assert len(events) >= 2
    assert {event["type"] for event in events} == {"BOOKMARK"}
    assert events[-1]["object"]["kind"] == "ConfigMap"
    assert int(events[-1]["object"]["metadata"]["resourceVersion"]) >= version


def test_no_bookmarks_unless_allowed(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(bookmark_every=0.1)
    path = f"{MAPS}?watch=1&timeoutSeconds=1&resourceVersion={simulator.store.version}"
    assert list(raw(simulator).watch(path)) == []


def test_a_version_that_is_forgotten_is_an_error_event(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(history=2)
    version = simulator.store.version
    for number in range(6):
        simulator.store.create(config_map(f"m{number}"))
    events = list(raw(simulator).watch(f"{MAPS}?watch=1&timeoutSeconds=5&resourceVersion={version}"))
    (event,) = events
    status = event["object"]
    assert (event["type"], status["code"], status["reason"]) == ("ERROR", 410, "Expired")
    assert status["message"].startswith(f"too old resource version: {version} (")


def test_a_restart_drops_watches_and_refuses_connections(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(config_map("a")))
    call = raw(simulator)
    events = call.watch(f"{MAPS}?watch=1&timeoutSeconds=30")
    assert next(events)["type"] == "ADDED"
    simulator.disconnect()
    with pytest.raises(urllib3.exceptions.ProtocolError):
        list(events)
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        call("GET", MAPS)
    simulator.restart(0)
    assert call("GET", MAPS).status == 200
