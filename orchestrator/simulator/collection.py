"""Objects of one type as JSON, in order, with the history that watches read."""

import threading
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json

from orchestrator.simulator import selectors, status
from orchestrator.simulator.resources import Object, ResourceType

Key = tuple[str, str]  # namespace (empty for cluster-scoped objects), name

# Controllers look at these all the time, so they stay parsed.
_BUSY = {("", "nodes"), ("", "pods"), ("batch", "jobs")}


@dataclass(frozen=True, slots=True)
class Stored:
    """One object at one resource version; `body` is its JSON without `kind` and `apiVersion`, as in lists."""

    type: ResourceType
    key: Key
    uid: str
    version: int
    body: bytes = field(repr=False)
    labels: dict[str, str] = field(repr=False)
    fields: dict[str, str] = field(repr=False)
    owners: tuple[str, ...] = field(repr=False)
    parsed: Object | None = field(repr=False, compare=False)

    @classmethod
    def of(cls, type_: ResourceType, key: Key, obj: Object, version: int) -> "Stored":
        """Take over an object, giving it its resource version."""
        metadata = obj["metadata"]
        metadata["resourceVersion"] = str(version)
        return cls(
            type=type_,
            key=key,
            uid=metadata["uid"],
            version=version,
            body=_body(obj),
            labels=metadata.get("labels") or {},
            fields=_fields(type_, key, obj),
            owners=tuple(owner["uid"] for owner in metadata.get("ownerReferences") or ()),
            parsed=obj if type_.key in _BUSY else None,
        )

    def at(self, version: int) -> "Stored":
        """The same object at another resource version."""
        view = self.view
        return Stored.of(self.type, self.key, view | {"metadata": dict(view["metadata"])}, version)

    @property
    def namespace(self) -> str:
        return self.key[0]

    @property
    def name(self) -> str:
        return self.key[1]

    def json(self, version: str | None = None) -> bytes:
        """The whole object, in that API version of its group."""
        head = f'{{"kind":"{self.type.kind}","apiVersion":"{self.type.api_version(version)}",'
        return head.encode() + self.body[1:]

    def load(self) -> Object:
        """A copy that the caller may change."""
        return from_json(self.json())  # type: ignore[no-any-return]

    @property
    def view(self) -> Object:
        """The parsed object, which may be shared with other readers: not to be changed."""
        return self.load() if self.parsed is None else self.parsed


@dataclass(frozen=True, slots=True)
class Event:
    """A change: `old` is None for a creation, `new` for a deletion; `last` is its last state."""

    version: int
    old: Stored | None
    new: Stored | None
    last: Stored


class Collection:
    """All objects of one type in the order of their keys, and their latest changes."""

    def __init__(self, lock: threading.RLock, history: int) -> None:
        self.items: dict[Key, Stored] = {}
        self.keys: list[Key] = []
        self.events: list[Event] = []
        self.compacted = 0
        self.changed = threading.Condition(lock)
        self._history = history

    def put(self, stored: Stored) -> None:
        if stored.key not in self.items:
            insort(self.keys, stored.key)
        self.items[stored.key] = stored

    def remove(self, key: Key) -> None:
        del self.items[key]
        del self.keys[bisect_left(self.keys, key)]

    def record(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) > 2 * self._history:
            self.compact(keep=self._history)
        self.changed.notify_all()

    def compact(self, keep: int = 0) -> None:
        """Forget all but the latest `keep` changes: what goes back further is answered 410 from then on."""
        cut = len(self.events) - keep
        if cut > 0:
            self.compacted = self.events[cut - 1].version
            del self.events[:cut]

    def since(self, version: int) -> list[Event]:
        """The changes after `version`; 410 when some of them are forgotten."""
        if version < self.compacted:
            raise status.expired(version, self.compacted)
        return self.events[bisect_left(self.events, version + 1, key=lambda event: event.version) :]

    def keys_from(self, start: Key, namespace: str) -> Iterator[Key]:
        first = max(start, (namespace, ""))
        for key in self.keys[bisect_left(self.keys, first) :]:
            if namespace and key[0] != namespace:
                return
            yield key


def _body(obj: Object) -> bytes:
    bare = {name: value for name, value in obj.items() if name not in ("kind", "apiVersion")}
    return to_json(bare)


def _fields(type_: ResourceType, key: Key, obj: Object) -> dict[str, str]:
    fields = {"metadata.namespace": key[0], "metadata.name": key[1]}
    for path in selectors.selectable_fields(type_):
        value: Any = obj
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        fields[path] = str(value).lower() if isinstance(value, bool) else str(value or "")
    return fields
