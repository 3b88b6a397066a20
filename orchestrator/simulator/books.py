"""A Job's books: what its status says, and the pods that it is made of."""

from dataclasses import dataclass

from orchestrator.simulator import admission, clock, deletion
from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Store, Stored

_OVER = ("Complete", "Failed")


@dataclass(frozen=True, slots=True)
class Books:
    """A Job's pods that are still active, and how many have ended how."""

    active: list[Stored]
    succeeded: int
    failed: int


def count(store: Store, job: Stored) -> Books:
    """The books as the pods say; those that are being deleted are neither active nor ended."""
    pods = [each for each in store.owned(job.uid) if each.type.plural == "pods" and _controls(job, each)]
    phases = [pod.fields["status.phase"] for pod in pods]
    active = [
        pod
        for pod, phase in zip(pods, phases, strict=True)
        if phase not in deletion.FINISHED and "deletionTimestamp" not in pod.view["metadata"]
    ]
    return Books(active, phases.count("Succeeded"), phases.count("Failed"))


def note(job: Object, books: Books, *, ready: bool) -> None:
    """Write start and counters as the real controller does: those that are zero are left out."""
    status = job["status"]
    status.setdefault("startTime", clock.now())
    counters = {"active": len(books.active), "succeeded": books.succeeded, "failed": books.failed}
    for name, value in counters.items():
        if value:
            status[name] = value
        else:
            status.pop(name, None)
    if ready:
        status["ready"] = sum(pod.fields["status.phase"] == "Running" for pod in books.active)


def finished(job: Object) -> bool:
    return any(has_condition(job, type_) for type_ in _OVER)


def has_condition(job: Object, type_: str) -> bool:
    conditions = job.get("status", {}).get("conditions", [])
    return any(each["type"] == type_ and each["status"] == "True" for each in conditions)


def set_condition(job: Object, type_: str, status: str, reason: str = "", message: str = "") -> None:
    now = clock.now()
    condition = {
        "type": type_,
        "status": status,
        "lastProbeTime": now,
        "lastTransitionTime": now,
        **({"reason": reason} if reason else {}),
        **({"message": message} if message else {}),
    }
    conditions = [each for each in job["status"].get("conditions", []) if each["type"] != type_]
    job["status"]["conditions"] = [*conditions, condition]


def new_pod(job: Stored) -> Object:
    """One more pod for the Job, as the controller creates it."""
    template = job.load()["spec"]["template"]
    admission.tolerate_node_failure(template["spec"])
    owner = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "name": job.name,
        "uid": job.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }
    metadata: Object = {
        **template["metadata"],
        "name": admission.random_name(f"{job.name}-"),
        "generateName": f"{job.name}-",
        "namespace": job.namespace,
        "ownerReferences": [owner],
    }
    metadata.pop("creationTimestamp", None)
    status = {"phase": "Pending", "qosClass": "BestEffort"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": template["spec"],
        "status": status,
    }


def _controls(job: Stored, pod: Stored) -> bool:
    owners = pod.view["metadata"].get("ownerReferences", [])
    return any(owner["uid"] == job.uid and owner.get("controller") for owner in owners)
