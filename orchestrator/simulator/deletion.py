"""How objects go: the graceful end of a pod, what an owner leaves behind, a namespace and all in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orchestrator.simulator import status
from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Store, Stored

FINISHED = ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class Options:
    """DeleteOptions; `grace` in seconds, None for the pod's own."""

    policy: str = "Background"
    grace: int | None = None
    uid: str | None = None

    @classmethod
    def of(cls, body: Object, parameters: dict[str, str], default_policy: str) -> "Options":
        policy = body.get("propagationPolicy") or parameters.get("propagationPolicy") or default_policy
        grace = body.get("gracePeriodSeconds", parameters.get("gracePeriodSeconds"))
        uid = (body.get("preconditions") or {}).get("uid")
        return cls(policy, None if grace is None else int(grace), uid)


def delete(store: Store, stored: Stored, options: Options) -> Stored | None:
    """Delete an object; the object itself when it is still terminating, None when it is gone at once."""
    with store.lock:
        if options.uid and options.uid != stored.uid:
            why = f"Precondition failed: UID in precondition: {options.uid}, UID in object meta: {stored.uid}"
            raise status.conflict(stored.type, stored.name, why)
        if options.policy == "Orphan":
            _orphan(store, stored)
        if stored.type.key == ("", "pods"):
            return _delete_pod(store, stored, options.grace)
        if stored.type.key == ("", "namespaces"):
            _empty(store, stored.name)
        store.delete(stored.type, stored.name, stored.namespace)
        return None


def disown(obj: Object, uid: str) -> None:
    """Take an owner off an object's references."""
    owners = [owner for owner in obj["metadata"].get("ownerReferences", []) if owner["uid"] != uid]
    obj["metadata"]["ownerReferences"] = owners
    if not owners:
        del obj["metadata"]["ownerReferences"]


def _delete_pod(store: Store, pod: Stored, grace: int | None) -> Stored | None:
    """A pod that runs is only marked; its kubelet removes it when its processes are gone."""
    view = pod.view
    seconds = grace if grace is not None else view["spec"].get("terminationGracePeriodSeconds", 30)
    if not view["spec"].get("nodeName") or pod.fields["status.phase"] in FINISHED:
        seconds = 0
    if seconds == 0:
        store.delete(pod.type, pod.name, pod.namespace)
        return None

    def mark(obj: Object) -> None:
        when = datetime.now(UTC) + timedelta(seconds=seconds)
        obj["metadata"].setdefault("deletionTimestamp", when.strftime("%Y-%m-%dT%H:%M:%SZ"))
        obj["metadata"].setdefault("deletionGracePeriodSeconds", seconds)

    return store.update(pod.type, pod.name, mark, pod.namespace)


def _orphan(store: Store, owner: Stored) -> None:
    for dependent in store.owned(owner.uid):
        store.update(dependent.type, dependent.name, lambda obj: disown(obj, owner.uid), dependent.namespace)


def _empty(store: Store, namespace: str) -> None:
    for collection in store.collections():
        for key in list(collection.keys_from((namespace, ""), namespace)):
            store.delete(collection.items[key].type, key[1], key[0])
