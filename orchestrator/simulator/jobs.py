"""The Job controller: makes a Job's pods, keeps its books and removes it when its time is over."""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestrator.simulator import admission, clock, deletion
from orchestrator.simulator.engine import Engine, Timer
from orchestrator.simulator.resources import Object, minor_of
from orchestrator.simulator.store import Event, Store, Stored

_BACKOFF = 10.0  # seconds before the first replacement of a failed pod; doubles each time
_MAX_BACKOFF = 360.0


@dataclass(frozen=True, slots=True)
class Books:
    """How many of a Job's pods are in which state."""

    active: list[Stored]
    succeeded: int
    failed: int


class JobController:
    """Works on the Jobs created while the simulator runs; `sync` brings one of them a step forward."""

    def __init__(self, store: Store, engine: Engine, release: str) -> None:
        self._store, self._engine = store, engine
        self._shows_ready = minor_of(release) >= 24
        self._clocks_podless = minor_of(release) >= 21
        self._timers: dict[str, list[Timer]] = {}

    def handle_job(self, event: Event) -> None:
        uid = event.last.uid
        if event.old is None:
            self._timers[uid] = []
        if event.new is None:
            for timer in self._timers.pop(uid, []):
                timer.cancel()
        else:
            self.sync(uid)

    def handle_pod(self, event: Event) -> None:
        before, after = event.old, event.new
        if before and after and before.fields["status.phase"] == after.fields["status.phase"]:
            return
        for owner in event.last.owners:
            self.sync(owner)

    def sync(self, uid: str) -> None:
        job = self._store.by_uid(uid)
        if job is None or uid not in self._timers or finished(job.view):
            return
        spec = job.view["spec"]
        if spec["suspend"]:
            self._suspend(job)
            return
        if not spec["parallelism"] and not self._clocks_podless:
            return
        self._watch_deadline(job)
        books = self._count(job)
        if (verdict := self._verdict(job, books)) is not None:
            self._finish(job, books, verdict)
            return
        self._make_pods(job, books)
        books = self._count(job)
        self._store.update("jobs", job.name, lambda obj: self._note(obj, books), job.namespace)

    def _watch_deadline(self, job: Stored) -> None:
        deadline = job.view["spec"].get("activeDeadlineSeconds")
        if deadline is not None and "startTime" not in job.view["status"]:
            self._timers[job.uid].append(self._engine.later(deadline, lambda: self.sync(job.uid)))

    def _suspend(self, job: Stored) -> None:
        for pod in self._count(job).active:
            deletion.delete(self._store, pod, deletion.Options())

        def suspend(obj: Object) -> None:
            obj["status"].pop("startTime", None)
            obj["status"].pop("active", None)
            if not _suspended(obj):
                _set_condition(obj, "Suspended", "True", "JobSuspended", "Job suspended")

        self._store.update("jobs", job.name, suspend, job.namespace)

    def _count(self, job: Stored) -> Books:
        pods = [
            pod for pod in self._store.owned(job.uid) if pod.type.plural == "pods" and _controls(job, pod)
        ]
        phases = [pod.fields["status.phase"] for pod in pods]
        active = [
            pod
            for pod, phase in zip(pods, phases, strict=True)
            if phase not in deletion.FINISHED and "deletionTimestamp" not in pod.view["metadata"]
        ]
        return Books(active, phases.count("Succeeded"), phases.count("Failed"))

    def _verdict(self, job: Stored, books: Books) -> tuple[str, str, str] | None:
        """(condition, reason, message) of a Job that is over; None while it is not."""
        spec = job.view["spec"]
        if books.failed > spec["backoffLimit"]:
            return "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
        deadline = spec.get("activeDeadlineSeconds")
        if deadline is not None and _age(job.view["status"].get("startTime")) >= deadline:
            return "Failed", "DeadlineExceeded", "Job was active longer than specified deadline"
        completions = spec.get("completions")
        if completions is None:
            done = books.succeeded > 0 and not books.active
        else:
            done = books.succeeded >= completions
        return ("Complete", "", "") if done else None

    def _finish(self, job: Stored, books: Books, verdict: tuple[str, str, str]) -> None:
        for pod in books.active:
            deletion.delete(self._store, pod, deletion.Options())
        condition, reason, message = verdict

        def finish(obj: Object) -> None:
            killed = len(books.active) if condition == "Failed" else 0
            self._note(obj, Books([], books.succeeded, books.failed + killed))
            if condition == "Complete":
                obj["status"]["completionTime"] = clock.now()
            _set_condition(obj, condition, "True", reason, message)

        self._store.update("jobs", job.name, finish, job.namespace)
        ttl = job.view["spec"].get("ttlSecondsAfterFinished")
        if ttl is not None:
            self._timers[job.uid].append(self._engine.later(ttl, lambda: self._remove(job.uid)))

    def _remove(self, uid: str) -> None:
        if job := self._store.by_uid(uid):
            deletion.delete(self._store, job, deletion.Options())

    def _make_pods(self, job: Stored, books: Books) -> None:
        spec = job.view["spec"]
        completions = spec.get("completions")
        wanted = (
            spec["parallelism"]
            if completions is None
            else min(spec["parallelism"], completions - books.succeeded)
        )
        if completions is None and books.succeeded:
            wanted = min(wanted, len(books.active))
        missing = wanted - len(books.active)
        if missing > 0 and books.failed and not books.active:
            delay = min(_BACKOFF * 2 ** (books.failed - 1), _MAX_BACKOFF)
            self._timers[job.uid].append(self._engine.later(delay, lambda: self._replace(job.uid)))
            return
        for _ in range(missing):
            self._store.create(_pod(job))

    def _replace(self, uid: str) -> None:
        """Make the pod that a failed one has been waiting for."""
        job = self._store.by_uid(uid)
        if job and not finished(job.view) and not self._count(job).active and not job.view["spec"]["suspend"]:
            self._store.create(_pod(job))

    def _note(self, job: Object, books: Books) -> None:
        """Write start and counters as the real controller does: those that are zero are left out."""
        status = job["status"]
        status.setdefault("startTime", clock.now())
        if _suspended(job):
            _set_condition(job, "Suspended", "False", "JobResumed", "Job resumed")
        counters = {"active": len(books.active), "succeeded": books.succeeded, "failed": books.failed}
        for name, value in counters.items():
            if value:
                status[name] = value
            else:
                status.pop(name, None)
        if self._shows_ready:
            running = sum(pod.fields["status.phase"] == "Running" for pod in books.active)
            status["ready"] = running


def finished(job: Object) -> bool:
    conditions = job.get("status", {}).get("conditions", [])
    return any(each["type"] in ("Complete", "Failed") and each["status"] == "True" for each in conditions)


def _pod(job: Stored) -> Object:
    """A new pod of the Job, as the controller creates it."""
    template = copy.deepcopy(job.view["spec"]["template"])
    metadata: Object = {
        **{
            field: value
            for field, value in (template.get("metadata") or {}).items()
            if field != "creationTimestamp"
        },
        "name": admission.random_name(f"{job.name}-"),
        "generateName": f"{job.name}-",
        "namespace": job.namespace,
        "ownerReferences": [
            {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "name": job.name,
                "uid": job.uid,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }
    admission.tolerate_node_failure(template["spec"])
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


def _suspended(job: Object) -> bool:
    conditions = job.get("status", {}).get("conditions", [])
    return any(each["type"] == "Suspended" and each["status"] == "True" for each in conditions)


def _set_condition(job: Object, type_: str, status: str, reason: str, message: str) -> None:
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


def _age(timestamp: str | None) -> float:
    return (datetime.now(UTC) - clock.parse(timestamp)).total_seconds() if timestamp else 0
