"""The watch verb: a stream of changes from a resource version on."""

import json
import time
from collections.abc import Callable, Iterator

from orchestrator.simulator.routes import Call
from orchestrator.simulator.status import StatusError
from orchestrator.simulator.store import Event, Store, Stored

DEFAULT_TIMEOUT = 1800.0


class Watch:
    """One client's watch; iterating yields JSON lines.

    `alive` says whether the server still serves it. A bookmark is sent every `bookmark_every` seconds and at
    the end, if the client allows bookmarks. With `cut_after` seconds it ends early and says nothing.
    """

    def __init__(
        self,
        store: Store,
        call: Call,
        alive: Callable[[], bool],
        *,
        bookmark_every: float,
        cut_after: float | None = None,
    ) -> None:
        self._store, self._call, self._alive = store, call, alive
        self._collection = store.collection(call.type)
        self._position = 0
        bookmarks = call.flag("allowWatchBookmarks") and cut_after is None
        self._bookmark_every = bookmark_every if bookmarks else None
        seconds = call.number("timeoutSeconds") or DEFAULT_TIMEOUT
        self._deadline = time.monotonic() + (seconds if cut_after is None else cut_after)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._start()
            yield from self._follow()
        except StatusError as error:
            yield _line("ERROR", json.dumps(error.body).encode())

    def _start(self) -> Iterator[bytes]:
        """Find the position to watch from; without a resource version, what exists comes first."""
        given = self._call.number("resourceVersion") or 0
        with self._store.lock:
            if given:
                self._position = given
                return
            self._position = self._store.version
            existing = [each for each in self._store.objects(self._call.type) if self._selects(each)]
        yield b"".join(self._event("ADDED", each) for each in existing)

    def _follow(self) -> Iterator[bytes]:
        while self._alive():
            bookmark_at = time.monotonic() + (self._bookmark_every or DEFAULT_TIMEOUT)
            events = self._wait(min(bookmark_at, self._deadline))
            if events:
                yield b"".join(filter(None, map(self._translate, events)))
                continue
            if self._bookmark_every is not None and self._alive():
                yield self._bookmark()
            if time.monotonic() >= self._deadline:
                return

    def _wait(self, until: float) -> list[Event]:
        """The changes since the last ones, as soon as there are any; none when `until` comes first."""
        with self._store.lock:
            while True:
                events = self._collection.since(self._position)
                left = until - time.monotonic()
                if events:
                    self._position = events[-1].version
                    return events
                if left <= 0 or not self._alive():
                    self._position = max(self._position, self._store.version)
                    return []
                self._collection.changed.wait(left)

    def _translate(self, event: Event) -> bytes | None:
        """The change as this watch sees it: an object that no longer matches is deleted to it."""
        before = event.old is not None and self._selects(event.old)
        after = event.new is not None and self._selects(event.new)
        if not before and not after:
            return None
        return self._event("DELETED" if not after else "MODIFIED" if before else "ADDED", event.last)

    def _selects(self, stored: Stored) -> bool:
        call = self._call
        if call.namespace and stored.namespace != call.namespace:
            return False
        if call.name and stored.name != call.name:
            return False
        return call.selector.matches(stored.labels, stored.fields)

    def _event(self, type_: str, stored: Stored) -> bytes:
        return _line(type_, stored.json(self._call.version))

    def _bookmark(self) -> bytes:
        obj = {
            "kind": self._call.type.kind,
            "apiVersion": self._call.type.api_version(self._call.version),
            "metadata": {"resourceVersion": str(self._position), "creationTimestamp": None},
        }
        return _line("BOOKMARK", json.dumps(obj).encode())


def _line(type_: str, obj: bytes) -> bytes:
    return b'{"type":"%s","object":%s}\n' % (type_.encode(), obj)
