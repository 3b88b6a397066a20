"""The verbs of the API on the store: what each request answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.simulator import admission, deletion, listing, partial, patches, status
from orchestrator.simulator.resources import Object
from orchestrator.simulator.routes import Call
from orchestrator.simulator.store import Store, Stored

PODS = ("", "pods")
JOBS = ("batch", "jobs")

_ORPHAN_WARNING = (
    '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background '
    'to remove them or set propagationPolicy=Orphan to suppress this warning"'
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer with a body that is known."""

    code: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Api:
    """Answers every verb but watch. `read_log` gives a pod's log: (pod, container) → bytes."""

    def __init__(self, store: Store, read_log: Callable[[Stored, str], bytes]) -> None:
        self._store = store
        self._read_log = read_log
        self._verbs: dict[str, Callable[[Call], Reply]] = {
            "get": self._get,
            "list": self._list,
            "log": self._log,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_collection,
        }

    def answer(self, call: Call) -> Reply:
        if call.subresource not in ("", "status", "log"):
            raise status.no_such_resource()
        if call.verb == "create" and (call.name or call.subresource):
            raise status.StatusError(405, "the server does not allow this method on the requested resource")
        return self._verbs[call.verb](call)

    def _get(self, call: Call) -> Reply:
        return Reply(200, _told(call, self._find(call)))

    def _find(self, call: Call) -> Stored:
        return self._store.get(call.type, call.name, call.namespace)

    def _list(self, call: Call) -> Reply:
        return Reply(200, listing.answer(self._store, call))

    def _log(self, call: Call) -> Reply:
        data = self._read_log(self._find(call), call.parameters.get("container", ""))
        if (lines := call.number("tailLines")) is not None:
            data = b"".join(data.splitlines(keepends=True)[-lines:] if lines else [])
        if (limit := call.number("limitBytes")) is not None:
            data = data[:limit]
        return Reply(200, data, "text/plain")

    def _create(self, call: Call) -> Reply:
        obj = call.object()
        _check_type(call, obj)
        metadata = obj.setdefault("metadata", {})
        self._place(call, metadata)
        admission.admit(call.type, obj, call.version)
        if call.type.key == PODS:
            admission.tolerate_node_failure(obj["spec"])
        if call.dry_run:
            if self._store.find(call.type, metadata["name"], call.namespace):
                raise status.already_exists(call.type, metadata["name"])
            return Reply(201, json.dumps(obj).encode())
        return Reply(201, _told(call, self._store.create(obj)))

    def _place(self, call: Call, metadata: Object) -> None:
        """Put a new object into the namespace of the request, which must exist."""
        if not call.type.namespaced:
            return
        given = metadata.setdefault("namespace", call.namespace)
        if given != call.namespace:
            message = "the namespace of the provided object does not match the namespace sent on the request"
            raise status.StatusError(400, message)
        self._store.get("namespaces", call.namespace)

    def _update(self, call: Call) -> Reply:
        obj = call.object()
        _check_type(call, obj)

        def change(current: Object) -> None:
            expected = obj.get("metadata", {}).get("resourceVersion")
            _overwrite(call, current, obj, expected)

        return self._change(call, change)

    def _patch(self, call: Call) -> Reply:
        with self._store.lock:
            absent = self._store.find(call.type, call.name, call.namespace) is None
            if absent and call.content_type in patches.APPLY:
                return self._apply_new(call)

            def change(current: Object) -> None:
                new = patches.patched(call, current)
                _overwrite(call, current, new, new["metadata"].get("resourceVersion"))

            return self._change(call, change)

    def _change(self, call: Call, change: Callable[[Object], None]) -> Reply:
        if call.dry_run:
            obj = self._find(call).load()
            change(obj)
            return Reply(200, json.dumps(obj).encode())
        return Reply(200, self._store.update(call.type, call.name, change, call.namespace).json(call.version))

    def _apply_new(self, call: Call) -> Reply:
        metadata: Object = {"name": call.name}
        self._place(call, metadata)
        obj = patches.patched(call, {"metadata": metadata})
        admission.admit(call.type, obj, call.version)
        if call.dry_run:
            return Reply(201, json.dumps(obj).encode())
        return Reply(201, self._store.create(obj).json(call.version))

    def _delete(self, call: Call) -> Reply:
        default = "Orphan" if call.type.key == JOBS else "Background"
        options = deletion.Options.of(call.object(), call.parameters, default)
        given = "propagationPolicy" in call.parameters or b"propagationPolicy" in call.body
        warned = call.type.key == JOBS and not given and b"orphanDependents" not in call.body
        headers = (("Warning", _ORPHAN_WARNING),) if warned else ()
        with self._store.lock:
            stored = self._find(call)
            left = stored if call.dry_run else deletion.delete(self._store, stored, options)
        if left or call.type.key == PODS:
            return Reply(200, (left or stored).json(call.version), headers=headers)
        body = json.dumps(status.success(call.type, stored.name, stored.uid)).encode()
        return Reply(200, body, headers=headers)

    def _delete_collection(self, call: Call) -> Reply:
        default = "Orphan" if call.type.key == JOBS else "Background"
        options = deletion.Options.of(call.object(), call.parameters, default)
        with self._store.lock:
            found = listing.selected(self._store, call)
            for stored in [] if call.dry_run else found:
                deletion.delete(self._store, stored, options)
        return Reply(200, listing.body(call, found, {"resourceVersion": str(self._store.version)}))


def _told(call: Call, stored: Stored) -> bytes:
    """One object, as the call wants to have it."""
    whole = not partial.asked_for(call, of_list=False)
    return stored.json(call.version) if whole else partial.json(stored)


def _check_type(call: Call, obj: Object) -> None:
    wanted = (call.type.api_version(call.version), call.type.kind)
    given = (obj.get("apiVersion", wanted[0]), obj.get("kind", wanted[1]))
    if given != wanted:
        message = (
            f"{given[1]} in version {given[0]} cannot be handled as a {wanted[1]} in version {wanted[0]}"
        )
        raise status.StatusError(400, message)


def _overwrite(call: Call, current: Object, new: Object, expected_version: str | None) -> None:
    """Replace what the call may change of `current` by `new`: its status alone, or all but its status."""
    metadata = current["metadata"]
    if expected_version and expected_version != metadata["resourceVersion"]:
        raise status.modified(call.type, call.name)
    if call.subresource == "status":
        current["status"] = new.get("status", {})
        return
    fixed = (
        "uid",
        "name",
        "namespace",
        "creationTimestamp",
        "resourceVersion",
        "generation",
        "deletionTimestamp",
    )
    kept = {field: metadata[field] for field in fixed if field in metadata}
    identity = {field: current[field] for field in ("apiVersion", "kind", "status") if field in current}
    custom = {} if "status" in identity else {"status": new["status"]} if "status" in new else {}
    given = {**new.get("metadata", {}), **kept}
    current.clear()
    current.update(new | identity | custom, metadata=given)
