"""What a run has created in the cluster, and the proof that it is gone again."""

import threading
import time
from collections.abc import Callable
from typing import Any

from orchestrator import errors
from orchestrator.evidence import Cleanup, ObjectRef
from orchestrator.kube.api import Api
from orchestrator.objects import Object
from orchestrator.plan import RUN_LABEL

Manifest = dict[str, Any]

COLLECTIONS = {
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Pod": "/api/v1/namespaces/{}/pods",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
}
WATCHED = frozenset({"Job", "Pod"})


class Estate:
    """Creates objects as the run Job's own, and knows by UID what there is; used from many threads."""

    def __init__(self, api: Api, namespace: str, selector: str) -> None:
        self._api, self._namespace, self._selector = api, namespace, selector
        self._lock = threading.Lock()
        self._alive: dict[str, ObjectRef] = {}
        self._seen: set[str] = set()
        self._owner: dict[str, Any] | None = None

    def found(self, run: ObjectRef) -> None:
        """The run Job is there: all else is created as its own."""
        self._owner = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "name": run.name,
            "uid": run.uid,
            "controller": False,
            "blockOwnerDeletion": False,
        }

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
        return COLLECTIONS[kind].format(self._namespace)

    def appeared(self, ref: ObjectRef) -> None:
        with self._lock:
            if ref.uid not in self._seen:
                self._seen.add(ref.uid)
                self._alive[ref.uid] = ref

    def vanished(self, uid: str) -> None:
        with self._lock:
            self._alive.pop(uid, None)

    def remove(self, patience: float, wait: Callable[[], bool]) -> Cleanup:
        """Delete everything and confirm it by UID, for at most `patience` seconds.

        `wait` handles the next event that tells of an object's end; it returns False when there was none for a
        moment, and then the cluster is asked, ever more rarely.
        """
        refused = self._delete()
        end, idle = time.monotonic() + patience, 0
        while self._alive and not refused and time.monotonic() < end:
            if wait() and any(ref.kind in WATCHED for ref in self._alive.values()):
                continue
            idle += 1
            if idle.bit_count() == 1:
                self._forget_what_is_gone()
        return self._account(refused)

    def _delete(self) -> list[errors.ApiError]:
        """Ask for the deletion of everything, one request a kind; what was refused is returned."""
        refused = []
        for kind in COLLECTIONS:
            try:
                self._api.delete_collection(self.path(kind), self._selector)
            except errors.ApiError as error:
                refused.append(error)
        return refused

    def _forget_what_is_gone(self) -> None:
        try:
            there = {ref.uid for ref in self._remaining()}
        except errors.ApiError:
            return
        for uid in self._alive.keys() - there:
            self.vanished(uid)

    def _remaining(self) -> list[ObjectRef]:
        """What the cluster still lists of this run."""
        found = [
            ObjectRef(kind=kind, name=item.meta.name, uid=item.meta.uid)
            for kind in COLLECTIONS
            for item in self._api.list(self.path(kind), Object, selector=self._selector).items
        ]
        for ref in found:
            self.appeared(ref)
        return found

    def _account(self, refused: list[errors.ApiError]) -> Cleanup:
        """The proof: what was created is confirmed gone, by UID, except for what is named."""
        try:
            left = tuple(self._remaining())
        except errors.ApiError as error:
            left, refused = tuple(self._alive.values()), [*refused, error]
        gone = len(self._seen - {ref.uid for ref in left})
        message = "; ".join(error.message for error in refused)
        return Cleanup(created=len(self._seen), confirmed_gone=gone, left=left, message=message)
