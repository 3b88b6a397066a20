"""What a run has created in the cluster, and the proof that it is gone again."""

import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from orchestrator import errors
from orchestrator.evidence import Cleanup, ObjectRef
from orchestrator.kube.api import Api
from orchestrator.objects import Object
from orchestrator.plan.model import RUN_LABEL, Plan
from orchestrator.run.provisioned import VOLUMES, find_late_volume, find_volume, volume_is_there

Manifest = dict[str, Any]

COLLECTIONS = {
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Pod": "/api/v1/namespaces/{}/pods",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
}
_AT_TIMES = {
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims",
    "Service": "/api/v1/namespaces/{}/services",
}
WATCHED = frozenset({"Job", "Pod"})
_ONE_BY_ONE = frozenset({"Service"})  # which have no deletecollection before Kubernetes 1.23
_VOLUME_SECONDS = 120.0  # more, where a cloud has a volume to remove
_REQUEST_SECONDS = 10.0  # a clean-up must end, whatever the API does


class Estate:
    """Creates objects as the run Job's own, and knows by UID what there is; used from many threads."""

    def __init__(self, api: Api, namespace: str, selector: str, more: Iterable[str] = ()) -> None:
        """`more` are kinds that only some runs have objects of."""
        self._api, self._namespace, self._selector = api, namespace, selector
        self._collections = {**COLLECTIONS, **{kind: _AT_TIMES[kind] for kind in more}}
        self._lock = threading.Lock()
        self._alive: dict[str, dict[str, ObjectRef]] = {kind: {} for kind in (*self._collections, VOLUMES)}
        self._seen: set[str] = set()
        self._hidden: set[str] = set()
        self._owner: dict[str, Any] | None = None
        self._named: list[ObjectRef] = []
        self._unbound: list[ObjectRef] = []
        self._untraced: errors.ApiError | None = None

    @classmethod
    def of(cls, api: Api, plan: Plan) -> Self:
        """That of a run which is about to begin."""
        claim = ["PersistentVolumeClaim"] if plan.makes_volume else []
        service = ["Service"] if any(unit.serves for unit in plan.units) else []
        return cls(api, plan.site.namespace, plan.selector, (*claim, *service))

    def found(self, run: ObjectRef) -> None:
        """The run Job is there: all else is created as its own."""
        self._named.append(run)
        self._owner = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "name": run.name,
            "uid": run.uid,
            "controller": False,
            "blockOwnerDeletion": False,
        }

    def shared(self, ref: ObjectRef) -> None:
        """An object that is there once for all units."""
        self._named.append(ref)

    def create(self, manifest: Manifest) -> ObjectRef:
        """Create one object; ApiError when the cluster does not have it."""
        if self._owner:
            owned = {**manifest["metadata"], "ownerReferences": [self._owner]}
            manifest = {**manifest, "metadata": owned}
        path = self.path(manifest["kind"])
        made = self._api.create(path, manifest, label=RUN_LABEL)
        ref = ObjectRef(kind=manifest["kind"], name=made.name, uid=made.uid)
        self.appeared(ref)
        return ref

    def path(self, kind: str) -> str:
        return self._collections[kind].format(self._namespace)

    def appeared(self, ref: ObjectRef) -> None:
        with self._lock:
            if ref.uid not in self._seen:
                self._seen.add(ref.uid)
                self._alive[ref.kind][ref.uid] = ref

    def vanished(self, uid: str) -> None:
        with self._lock:
            for alive in self._alive.values():
                alive.pop(uid, None)

    def remove(self, patience: float, wait: Callable[[], bool], *, hurried: bool = False) -> Cleanup:
        """Delete everything and confirm it by UID, for at most `patience` seconds.

        Where the run was `hurried` to its end, the watches may not have told of all that there is.

        `wait` handles the next event that tells of an object's end; it returns False when there was none for
        a moment, and then the cluster is asked, ever more rarely.
        """
        if hurried:
            self._look()
        self._trace_volume()
        refused = self._delete()
        end, idle = time.monotonic() + patience + (_VOLUME_SECONDS if self._alive[VOLUMES] else 0), 0
        while (going := self._going(refused)) and time.monotonic() < end:
            told = bool(going & WATCHED)
            if (told or idle) and wait() and told:
                continue
            idle += 1
            if idle.bit_count() == 1:
                self._look()
        return self._account(list(refused.values()))

    def _delete(self) -> dict[str, errors.ApiError]:
        """Ask for the deletion of everything; what was refused is returned, by kind."""
        refused: dict[str, errors.ApiError] = {}
        for kind in self._collections:
            try:
                self._delete_all(kind)
            except errors.Unreachable as error:
                return dict.fromkeys(self._collections, error)  # each of the others would wait as long
            except errors.ApiError as error:
                refused[kind] = error
        return refused

    def _delete_all(self, kind: str) -> None:
        if kind not in _ONE_BY_ONE:
            self._api.delete_collection(self.path(kind), self._selector, timeout=_REQUEST_SECONDS)
            return
        for ref in list(self._alive[kind].values()):
            self._api.delete(f"{self.path(kind)}/{ref.name}", timeout=_REQUEST_SECONDS)

    def _going(self, refused: Container[str]) -> set[str]:
        """Kinds that will be seen to vanish: all, if the run Job does; else those not refused themselves."""
        gone = {kind for kind in self._alive if "Job" not in refused or kind not in refused}
        with self._lock:
            return {kind for kind in gone - self._hidden if self._alive[kind]}

    def _look(self) -> list[errors.ApiError]:
        """Ask what there is and forget what is gone; what could not be asked is returned."""
        refused: list[errors.ApiError] = []
        for kind in self._alive:
            try:
                self._confirm(kind)
            except errors.Unreachable as error:
                return [*refused, error]
            except errors.ApiError as error:
                refused.append(error)
                if isinstance(error, errors.Forbidden):
                    self._hidden.add(kind)
        return refused

    def _trace_volume(self) -> None:
        """The volume that was provisioned for a claim of ours is ours as well; who may not see it says so."""
        for claim in self._alive.get("PersistentVolumeClaim", {}).values():
            with self._tracing():
                volume = find_volume(self._api, self.path(claim.kind), claim.name)
                if volume:
                    self.appeared(volume)
                else:
                    self._unbound.append(claim)

    def _trace_late_volume(self) -> None:
        for claim in self._unbound:
            with self._tracing():
                if volume := find_late_volume(self._api, claim.uid):
                    self.appeared(volume)

    @contextmanager
    def _tracing(self) -> Iterator[None]:
        try:
            yield
        except errors.ApiError as error:
            self._untraced = error

    def _confirm(self, kind: str) -> None:
        if kind == VOLUMES:
            self._confirm_volumes()
            return
        items = self._api.list(
            self.path(kind), Object, selector=self._selector, attempts=2, timeout=_REQUEST_SECONDS
        ).items
        there = {i.meta.uid: ObjectRef(kind=kind, name=i.meta.name, uid=i.meta.uid) for i in items}
        for ref in there.values():
            self.appeared(ref)
        with self._lock:
            self._alive[kind] = there

    def _confirm_volumes(self) -> None:
        for ref in list(self._alive[VOLUMES].values()):
            if not volume_is_there(self._api, ref):
                self.vanished(ref.uid)

    def _account(self, refused: list[errors.ApiError]) -> Cleanup:
        """The proof: what was created is confirmed gone, by UID, except for what is named."""
        self._trace_late_volume()
        refused = [*refused, *self._look(), *([self._untraced] if self._untraced else [])]
        if not refused:
            self._look_by_name()
        left = tuple(ref for alive in self._alive.values() for ref in alive.values())
        message = "; ".join(dict.fromkeys(error.message for error in refused))
        return Cleanup(
            created=len(self._seen), confirmed_gone=len(self._seen) - len(left), left=left, message=message
        )

    def _look_by_name(self) -> None:
        """Whoever takes our label from an object hides it from lists: what has a known name is asked for."""
        for ref in self._named:
            try:
                found = self._api.list(
                    self.path(ref.kind),
                    Object,
                    fields=f"metadata.name={ref.name}",
                    attempts=2,
                    timeout=_REQUEST_SECONDS,
                )
            except errors.ApiError:
                continue
            if any(item.meta.uid == ref.uid for item in found.items):
                self._alive[ref.kind][ref.uid] = ref
