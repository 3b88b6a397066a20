"""The watch loop against servers that forget, break off, fall silent or talk nonsense."""

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator import errors
from orchestrator.kube.api import Api
from orchestrator.kube.watch import Event, watch
from orchestrator.objects import Pod
from tests.kube.conftest import Client
from tests.kube.server import (
    Reply,
    ScriptedServer,
    objects,
    page,
    reset,
    status,
    stream,
    truncated,
    unchunked,
)

PODS = "/api/v1/namespaces/x/pods"
EXPIRED = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}


def pod(name: str, version: str = "1", uid: str | None = None) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "x", "uid": uid or f"uid-{name}", "resourceVersion": version}
    }


def event(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "object": item}


LAST = event("ADDED", pod("last", "99"))


def begin(
    api: Api, stop: threading.Event, *, seconds: float = 20, read_timeout: float = 15
) -> Iterator[Event[Pod]]:
    deadline = time.monotonic() + seconds
    return watch(api, PODS, Pod, selector="run=r1", stop=stop, deadline=deadline, read_timeout=read_timeout)


def told(api: Api, **options: Any) -> list[tuple[str, str]]:
    """The changes up to the arrival of the pod `last`."""
    stop = threading.Event()
    changes: list[tuple[str, str]] = []
    for change, item in begin(api, stop, **options):
        changes.append((change, item.meta.name))
        if item.meta.name == "last":
            stop.set()
    return changes


def versions(server: ScriptedServer) -> list[str | None]:
    """The resource version that each request went on from; None for a list."""
    return [request.params.get("resourceVersion") for request in server.requests]


def test_the_list_comes_first_and_then_the_changes(client: Client, server: ScriptedServer) -> None:
    changes = stream(event("MODIFIED", pod("a", "6")), event("DELETED", pod("a", "7")), LAST)
    assert told(client(objects(pod("a"), version="5"), changes)) == [
        ("ADDED", "a"),
        ("MODIFIED", "a"),
        ("DELETED", "a"),
        ("ADDED", "last"),
    ]
    params = server.requests[1].params
    assert 1 <= int(params.pop("timeoutSeconds")) <= 21
    assert params == {
        "watch": "true",
        "resourceVersion": "5",
        "allowWatchBookmarks": "true",
        "labelSelector": "run=r1",
    }


def test_changes_are_told_as_they_come_without_chunks_as_well(client: Client) -> None:
    assert told(client(objects(version="5"), unchunked(LAST))) == [("ADDED", "last")]


def test_a_watch_that_ends_goes_on_from_its_last_version(client: Client, server: ScriptedServer) -> None:
    bookmark = event("BOOKMARK", {"metadata": {"resourceVersion": "8"}})
    told(client(objects(version="5"), stream(event("ADDED", pod("a", "6"))), stream(bookmark), stream(LAST)))
    assert versions(server) == [None, "5", "6", "8"]


@pytest.mark.parametrize(
    "forgotten",
    [status(410, "Expired"), stream(event("ERROR", EXPIRED)), stream(event("ERROR", {"kind": "Status"}))],
)
def test_a_forgotten_version_is_listed_anew_and_no_change_is_lost(
    client: Client, server: ScriptedServer, forgotten: Reply
) -> None:
    api = client(
        objects(pod("same"), pod("changed"), pod("vanished"), pod("replaced"), version="5"),
        forgotten,
        objects(pod("same"), pod("changed", "7"), pod("new"), pod("replaced", "8", "uid-2"), version="9"),
        stream(LAST),
    )
    changes = told(api)
    assert changes[:4] == [("ADDED", name) for name in ("same", "changed", "vanished", "replaced")]
    assert sorted(changes[4:6]) == [("DELETED", "replaced"), ("DELETED", "vanished")]
    assert changes[6:] == [
        ("MODIFIED", "changed"),
        ("ADDED", "new"),
        ("ADDED", "replaced"),
        ("ADDED", "last"),
    ]
    assert versions(server) == [None, "5", None, "9"]


def test_a_list_forgotten_between_its_pages_starts_over(client: Client, server: ScriptedServer) -> None:
    gone = status(410, "Expired")
    api = client(objects(pod("a"), more="t1"), gone, gone, objects(pod("b"), version="5"), stream(LAST))
    assert told(api) == [("ADDED", "b"), ("ADDED", "last")]


@pytest.mark.parametrize(
    "trouble",
    [
        reset,
        truncated,
        page("Bad gateway", 502),
        page("Sign in", 200),
        status(500, "InternalError"),
        status(429, "TooManyRequests"),
        stream(cut=True),
        stream(b"this is no JSON\n"),
        stream(b'{"type": "SURPRISE", "object": {}}\n'),
        stream(b'{"type": "ADDED", "obj', cut=True),
        stream(),
    ],
)
def test_a_watch_that_breaks_goes_on_where_it_was(
    client: Client, server: ScriptedServer, trouble: Reply
) -> None:
    assert told(client(objects(version="5"), trouble, stream(LAST))) == [("ADDED", "last")]
    assert versions(server) == [None, "5", "5"]


@pytest.mark.parametrize("trouble", [reset, truncated, status(503, "ServiceUnavailable"), page("Sign in")])
def test_a_list_that_fails_is_tried_again(client: Client, trouble: Reply) -> None:
    assert told(client(trouble, objects(pod("a"), version="5"), stream(LAST)))[0] == ("ADDED", "a")


def test_what_came_before_the_break_counts(client: Client, server: ScriptedServer) -> None:
    broken = stream(event("ADDED", pod("a", "6")), b'{"type": "AD', cut=True)
    assert told(client(objects(version="5"), broken, stream(LAST))) == [("ADDED", "a"), ("ADDED", "last")]
    assert versions(server) == [None, "5", "6"]


def test_a_silent_connection_is_given_up(client: Client, server: ScriptedServer) -> None:
    api = client(objects(version="5"), stream(hold=True), stream(LAST))
    assert told(api, read_timeout=0.3) == [("ADDED", "last")]
    assert versions(server)[:3] == [None, "5", "5"]


@pytest.mark.parametrize("code", [401, 403, 404, 400])
@pytest.mark.parametrize("listed", [True, False])
def test_what_no_waiting_can_help_is_raised(client: Client, code: int, listed: bool) -> None:
    script = [objects(version="5")] if listed else []
    api = client(*script, status(code, "No"))
    with pytest.raises(
        errors.ApiError, match=f"Could not {'watch' if listed else 'list'} pods in namespace x: "
    ):
        told(api)


def test_a_cluster_that_never_answered_is_told_at_the_deadline(
    client: Client, server: ScriptedServer
) -> None:
    api = client(status(503, "ServiceUnavailable", "starting"))
    with pytest.raises(errors.ApiError, match=r"^Could not list pods in namespace x: .*starting$"):
        told(api, seconds=0.5)


def test_the_deadline_ends_a_silent_watch(client: Client) -> None:
    changes = told(client(objects(pod("a"), version="5"), stream(hold=True)), seconds=0.5)
    assert ("ADDED", "last") not in changes


def test_stop_ends_a_silent_watch(client: Client, server: ScriptedServer) -> None:
    stop = threading.Event()
    changes = begin(client(objects(pod("a"), version="5"), stream(LAST, hold=True)), stop, seconds=25)
    assert [next(changes).object.meta.name, next(changes).object.meta.name] == ["a", "last"]
    stop.set()
    start = time.monotonic()
    assert list(changes) == []
    assert time.monotonic() - start < 10


def test_an_object_that_cannot_be_understood_is_passed_over(
    client: Client, server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    odd = pod("odd", "6") | {"status": {"phase": ["what"]}}
    with caplog.at_level(logging.WARNING):
        assert told(client(objects(version="5"), stream(event("ADDED", odd)), stream(LAST))) == [
            ("ADDED", "last")
        ]
    assert versions(server) == [None, "5", "6"]
    assert caplog.messages == [
        f"{PODS}: an object cannot be understood: object.status.phase: Input should be a valid string"
    ]


def test_a_consumer_that_leaves_closes_the_connection(client: Client, server: ScriptedServer) -> None:
    changes = begin(client(objects(version="5"), stream(LAST, hold=True)), threading.Event())
    assert next(changes).object.meta.name == "last"
    changes.close()  # type: ignore[attr-defined]


def test_an_endless_line_is_given_up(
    client: Client, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.kube.streams.LONGEST_LINE", 1000)
    assert told(client(objects(version="5"), stream(b"x" * 5000, hold=True), stream(LAST))) == [
        ("ADDED", "last")
    ]
