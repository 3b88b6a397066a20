"""One list, then a watch from there on: every change of a collection, none missed, until a deadline.

The official Watch forgets its place on reconnection and gives up on 410 (both tried on kubernetes 37.0.1).
"""

import logging
import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import ValidationError

from orchestrator import errors
from orchestrator.kube import faults, paths
from orchestrator.kube.api import Api
from orchestrator.kube.listing import Listing
from orchestrator.kube.unreachable import is_lasting
from orchestrator.model import reason
from orchestrator.objects import ApiModel, Object

log = logging.getLogger(__name__)

READ_TIMEOUT = 90.0  # bookmarks come about once a minute; asking a silent server again costs little
_SERVER_TIMEOUTS = (240, 300)
_WAITS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0)

Change = Literal["ADDED", "MODIFIED", "DELETED"]
T = TypeVar("T", bound=Object)
Told = TypeVar("Told")


class Event(NamedTuple, Generic[T]):
    """A change, and the object after it (for DELETED: as it was last)."""

    type: Change
    object: T


class _Line(ApiModel, Generic[Told]):
    """A line of a watch; the object of an ERROR is a Status."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    object: Told


@cache
def _line_of(model: Any) -> Any:
    return _Line[model]


def watch(
    api: Api,
    path: str,
    model: type[T],
    *,
    selector: str | None,
    stop: threading.Event,
    deadline: float,
    read_timeout: float = READ_TIMEOUT,
) -> Iterator[Event[T]]:
    """The objects there are as ADDED, then their changes, until `stop` or `deadline` (monotonic clock).

    What cannot be asked at all raises (Forbidden, NotFound, Unauthorized); trouble that may pass is waited
    out, and raises only if there was no list by the deadline.
    """
    return _Watch(api, path, model, selector, stop, deadline, read_timeout).run()


class _Watch(Generic[T]):
    def __init__(
        self,
        api: Api,
        path: str,
        model: type[T],
        selector: str | None,
        stop: threading.Event,
        deadline: float,
        read_timeout: float,
    ) -> None:
        self._api, self._path, self._model, self._selector = api, path, model, selector
        self._stop, self._deadline, self._read_timeout = stop, deadline, read_timeout
        self._known: dict[str, T] = {}
        self._version = ""  # where to go on from; empty: list first
        self._listed = False
        self._failures = 0  # since the last line

    def run(self) -> Iterator[Event[T]]:
        trouble: errors.ApiError | None = None
        while not self._over():
            try:
                yield from self._follow() if self._version else self._list()
            except errors.ApiError as error:
                if not _may_pass(error):
                    raise
                trouble = error
                self._back_off(error)
        if trouble and not self._listed and not self._stop.is_set():
            raise trouble

    def _over(self) -> bool:
        return self._stop.is_set() or self._left() <= 0

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _list(self) -> Iterator[Event[T]]:
        """Tell a list as changes of what the consumer knows."""
        listing = self._api.list(self._path, self._model, selector=self._selector, attempts=1)
        self._listed = True
        for bad in listing.bad:
            log.warning("%s: an object cannot be understood: %s", self._path, bad)
        yield from self._compare(listing)
        self._version = listing.resource_version or "0"

    def _compare(self, listing: Listing[T]) -> Iterator[Event[T]]:
        there = {_key(item): item for item in listing.items}
        for key in self._known.keys() - there.keys():
            yield Event("DELETED", self._known.pop(key))
        for key, item in there.items():
            known = self._known.get(key)
            self._known[key] = item
            if known is None:
                yield Event("ADDED", item)
            elif known.meta.resource_version != item.meta.resource_version:
                yield Event("MODIFIED", item)

    def _follow(self) -> Iterator[Event[T]]:
        """One watch request, to its end."""
        left = max(self._left(), 0.001)
        params = {
            "resourceVersion": self._version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(min(random.randint(*_SERVER_TIMEOUTS), int(left) + 1)),  # noqa: S311
        }
        if self._selector:
            params["labelSelector"] = self._selector
        lines = self._api.stream(self._path, params, min(self._read_timeout, left), self._stop)
        quiet = True
        with closing(lines):
            for line in lines:
                quiet = False
                yield from self._read(line)
                self._failures = 0
                if self._over():
                    return
        if quiet:
            self._back_off(None)

    def _read(self, line: bytes) -> Iterator[Event[T]]:
        try:
            told: _Line[T] = _line_of(self._model).model_validate_json(line)
        except ValidationError as error:
            self._pass_over(line, error)
            return
        if told.type == "ERROR":
            self._version = ""
            status = _line_of(dict[str, Any]).model_validate_json(line).object
            raise faults.from_status("watch", paths.parse(self._path), status)
        if told.type != "BOOKMARK":
            yield self._change(told.type, told.object)
        self._version = told.object.meta.resource_version or self._version

    def _pass_over(self, line: bytes, error: ValidationError) -> None:
        """Go on after an object that cannot be understood; what is no line of a watch at all raises."""
        try:
            told: _Line[Object] = _line_of(Object).model_validate_json(line)
        except ValidationError as broken:
            raise faults.of_bad_answer("watch", paths.parse(self._path), reason(broken)) from broken
        log.warning("%s: an object cannot be understood: %s", self._path, reason(error))
        self._version = told.object.meta.resource_version or self._version

    def _change(self, change: Change, item: T) -> Event[T]:
        if change == "DELETED":
            self._known.pop(_key(item), None)
        else:
            self._known[_key(item)] = item
        return Event(change, item)

    def _back_off(self, error: errors.ApiError | None) -> None:
        if isinstance(error, errors.Gone):
            self._version = ""
        if error:
            log.info("%s; going on", error.message)
        wait = _WAITS[min(self._failures, len(_WAITS) - 1)] * random.uniform(0.75, 1.25)  # noqa: S311
        self._failures += 1
        self._stop.wait(min(wait, max(self._left(), 0)))


def _may_pass(error: errors.ApiError) -> bool:
    """Whether asking again later can help."""
    if isinstance(error, errors.Unreachable):
        return not is_lasting(error)
    status = error.status or 0
    return status in (410, 429) or status >= 500 or status < 300


def _key(item: Object) -> str:
    return item.meta.uid or f"{item.meta.namespace}/{item.meta.name}"
