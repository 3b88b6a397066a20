"""The garbage collector: what has lost its last owner is deleted."""

from functools import partial

from orchestrator.simulator import deletion
from orchestrator.simulator.engine import Engine
from orchestrator.simulator.store import Event, Store, Stored


class GarbageCollector:
    """Follows deletions to their dependents, and finds objects that name an owner which never was."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store, self._engine = store, engine

    def handle(self, event: Event) -> None:
        if event.new is None:
            for dependent in self._store.owned(event.last.uid):
                self._collect(dependent)
        elif event.old is None and (created := self._store.by_uid(event.last.uid)):
            self._collect(created)

    def _collect(self, dependent: Stored) -> None:
        """Delete an object whose owners are all gone; otherwise only take the gone ones off."""
        gone = [uid for uid in dependent.owners if self._store.by_uid(uid) is None]
        if not gone:
            return
        if len(gone) == len(dependent.owners):
            deletion.delete(self._store, dependent, deletion.Options())
            return
        for uid in gone:
            disown = partial(deletion.disown, uid=uid)
            self._store.update(dependent.type, dependent.name, disown, dependent.namespace)
