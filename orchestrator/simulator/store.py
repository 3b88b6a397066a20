"""The objects of the simulated cluster, under one lock, with the API server's bookkeeping."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

from orchestrator.simulator import clock, status
from orchestrator.simulator.collection import Collection, Event, Key, Stored
from orchestrator.simulator.resources import Object, ResourceType, ResourceTypes

__all__ = ["Collection", "Event", "Key", "Store", "Stored"]


class Store:
    """Every object, under one lock; types are named by plural (`jobs`, `jobs.batch`) or ResourceType."""

    def __init__(self, release: str = "v1.23.17", *, history: int = 10_000) -> None:
        self.types = ResourceTypes(release)
        self.lock = threading.RLock()
        self.version = 1
        self._history = history
        self._collections: dict[tuple[str, str], Collection] = {}
        self._by_uid: dict[str, Stored] = {}
        self._owned: dict[str, dict[str, None]] = {}
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with each change, in order and under the lock: it must only take note of it."""
        self._listeners.append(listener)

    def collection(self, of: ResourceType | str) -> Collection:
        with self.lock:
            key = self._type(of).key
            if key not in self._collections:
                self._collections[key] = Collection(self.lock, self._history)
            return self._collections[key]

    def collections(self) -> list[Collection]:
        with self.lock:
            return list(self._collections.values())

    def find(self, of: ResourceType | str, name: str, namespace: str = "") -> Stored | None:
        return self.collection(of).items.get((namespace, name))

    def get(self, of: ResourceType | str, name: str, namespace: str = "") -> Stored:
        """The object; 404 when there is none."""
        found = self.find(of, name, namespace)
        if found is None:
            raise status.not_found(self._type(of), name)
        return found

    def objects(self, of: ResourceType | str, namespace: str = "") -> list[Stored]:
        with self.lock:
            collection = self.collection(of)
            return [collection.items[key] for key in collection.keys_from(("", ""), namespace)]

    def by_uid(self, uid: str) -> Stored | None:
        return self._by_uid.get(uid)

    def owned(self, uid: str) -> list[Stored]:
        """The objects that name `uid` among their owners, oldest first."""
        with self.lock:
            return [self._by_uid[each] for each in self._owned.get(uid, ())]

    def create(self, obj: Object) -> Stored:
        """Take over a new object, giving it what the API server gives; 409 when the name is taken."""
        with self.lock:
            type_ = self.types.of(obj)
            metadata = obj["metadata"]
            if not type_.namespaced:
                metadata.pop("namespace", None)
            key = (metadata.get("namespace", ""), metadata["name"])
            if key in self.collection(type_).items:
                raise status.already_exists(type_, key[1])
            metadata.setdefault("uid", str(uuid.uuid4()))
            metadata.setdefault("creationTimestamp", clock.now())
            return self._commit(type_, key, None, obj)

    def update(
        self, of: ResourceType | str, name: str, change: Callable[[Object], Any], namespace: str = ""
    ) -> Stored:
        """Apply `change` to a copy of the object and store it, if it differs; 404 when it is gone."""
        with self.lock:
            old = self.get(of, name, namespace)
            obj = old.load()
            change(obj)
            before = old.view
            if obj == before:
                return old
            metadata = obj["metadata"]
            if "generation" in metadata and obj.get("spec") != before.get("spec"):
                metadata["generation"] += 1
            return self._commit(old.type, old.key, old, obj)

    def delete(self, of: ResourceType | str, name: str, namespace: str = "") -> Stored:
        """Remove the object at once; what it owns follows when the garbage collector runs."""
        with self.lock:
            old = self.get(of, name, namespace)
            self.version += 1
            last = old.at(self.version)
            self.collection(of).remove(old.key)
            self._unindex(old)
            self._publish(Event(self.version, old, None, last))
            return last

    def compact(self) -> None:
        """Forget every change so far, as etcd does now and then."""
        with self.lock:
            for collection in self._collections.values():
                collection.compact()
                collection.compacted = self.version

    def _type(self, of: ResourceType | str) -> ResourceType:
        return self.types.named(of) if isinstance(of, str) else of

    def _commit(self, type_: ResourceType, key: Key, old: Stored | None, obj: Object) -> Stored:
        self.version += 1
        new = Stored.of(type_, key, obj, self.version)
        if old:
            self._unindex(old)
        self._by_uid[new.uid] = new
        for owner in new.owners:
            self._owned.setdefault(owner, {})[new.uid] = None
        self.collection(type_).put(new)
        self._publish(Event(self.version, old, new, new))
        return new

    def _unindex(self, old: Stored) -> None:
        self._by_uid.pop(old.uid, None)
        for owner in old.owners:
            owned = self._owned.get(owner, {})
            owned.pop(old.uid, None)
            if not owned:
                self._owned.pop(owner, None)

    def _publish(self, event: Event) -> None:
        if event.last.type.plural == "customresourcedefinitions":
            (self.types.define if event.new else self.types.forget)(event.last.view)
        self.collection(event.last.type).record(event)
        for listener in self._listeners:
            listener(event)
