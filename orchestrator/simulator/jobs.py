"""The Job controller: makes a Job's pods, keeps its books and removes it when its time is over."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from orchestrator.simulator import books, deletion
from orchestrator.simulator.books import Books
from orchestrator.simulator.engine import Engine, Timer
from orchestrator.simulator.resources import Object, minor_of
from orchestrator.simulator.store import Event, Store, Stored

_BACKOFF = 10.0  # seconds before the first replacement of a failed pod; doubles each time
_MAX_BACKOFF = 360.0
_COMPLETE = ("Complete", "", "")


@dataclass(slots=True)
class Clocks:
    """What a Job waits for: `expires` is when its activeDeadlineSeconds are over (monotonic seconds)."""

    timers: list[Timer] = field(default_factory=list)
    expires: float = math.inf
    retries: bool = False


class JobController:
    """Works on the Jobs created while the simulator runs; `sync` brings one of them a step forward."""

    def __init__(self, store: Store, engine: Engine, release: str, prepare: Callable[[Object], None]) -> None:
        self._store, self._engine, self._prepare = store, engine, prepare
        self._shows_ready = minor_of(release) >= 24
        self._clocks_podless = minor_of(release) >= 21
        self._clocks: dict[str, Clocks] = {}

    def handle_job(self, event: Event) -> None:
        uid = event.last.uid
        if event.old is None:
            self._clocks[uid] = Clocks()
        if event.new is not None:
            self.sync(uid)
        elif uid in self._clocks:
            for timer in self._clocks.pop(uid).timers:
                timer.cancel()

    def handle_pod(self, event: Event) -> None:
        before, after = event.old, event.new
        if before and after and before.fields["status.phase"] == after.fields["status.phase"]:
            return
        for owner in event.last.owners:
            self.sync(owner)

    def sync(self, uid: str) -> None:
        job, clocks = self._store.by_uid(uid), self._clocks.get(uid)
        if job is None or clocks is None or books.finished(job.view):
            return
        if job.view["spec"]["suspend"]:
            self._suspend(job, clocks)
        elif job.view["spec"]["parallelism"] or self._clocks_podless:
            self._start_clock(job, clocks)
            found = books.count(self._store, job)
            if verdict := _verdict(job, found, clocks):
                self._finish(job, found, verdict)
            else:
                self._make_pods(job, found, clocks)
                self._settle(job, clocks)

    def _settle(self, job: Stored, clocks: Clocks) -> None:
        """Write the books; a Job whose new pods have ended already is over."""
        found = books.count(self._store, job)
        if verdict := _verdict(job, found, clocks):
            self._finish(job, found, verdict)
        else:
            self._note(job, found)

    def _start_clock(self, job: Stored, clocks: Clocks) -> None:
        deadline = job.view["spec"].get("activeDeadlineSeconds")
        if deadline is not None and clocks.expires == math.inf:
            clocks.expires = time.monotonic() + deadline
            self._later(job.uid, deadline, lambda: self.sync(job.uid))

    def _suspend(self, job: Stored, clocks: Clocks) -> None:
        clocks.expires = math.inf
        for pod in books.count(self._store, job).active:
            deletion.delete(self._store, pod, deletion.Options())

        def suspend(obj: Object) -> None:
            obj["status"].pop("startTime", None)
            obj["status"].pop("active", None)
            if not books.has_condition(obj, "Suspended"):
                books.set_condition(obj, "Suspended", "True", "JobSuspended", "Job suspended")

        self._store.update(job.type, job.name, suspend, job.namespace)

    def _note(self, job: Stored, found: Books) -> None:
        def note(obj: Object) -> None:
            books.note(obj, found, ready=self._shows_ready)
            if books.has_condition(obj, "Suspended"):
                books.set_condition(obj, "Suspended", "False", "JobResumed", "Job resumed")

        self._store.update(job.type, job.name, note, job.namespace)

    def _finish(self, job: Stored, found: Books, verdict: tuple[str, str, str]) -> None:
        """Write the verdict, take the pods that are left and set the clock for the Job's own end."""
        condition, reason, message = verdict
        killed = len(found.active) if condition == "Failed" else 0
        for pod in found.active:
            deletion.delete(self._store, pod, deletion.Options())

        def finish(obj: Object) -> None:
            books.note(obj, Books([], found.succeeded, found.failed + killed), ready=self._shows_ready)
            books.set_condition(obj, condition, "True", reason, message)
            if condition == "Complete":
                obj["status"]["completionTime"] = obj["status"]["conditions"][-1]["lastTransitionTime"]

        self._store.update(job.type, job.name, finish, job.namespace)
        ttl = job.view["spec"].get("ttlSecondsAfterFinished")
        if ttl is not None:
            self._later(job.uid, ttl, lambda: self._remove(job.uid))

    def _remove(self, uid: str) -> None:
        if job := self._store.by_uid(uid):
            deletion.delete(self._store, job, deletion.Options())

    def _make_pods(self, job: Stored, found: Books, clocks: Clocks) -> None:
        """Create the pods that are missing; after a failure, only when its back-off is over."""
        missing = _wanted(job, found) - len(found.active)
        if clocks.retries or missing <= 0:
            return
        if found.failed and not found.active:
            clocks.retries = True
            delay = min(_BACKOFF * 2 ** (found.failed - 1), _MAX_BACKOFF)
            self._later(job.uid, delay, lambda: self._retry(job.uid, clocks))
            return
        for _ in range(missing):
            self._create_pod(job)

    def _retry(self, uid: str, clocks: Clocks) -> None:
        clocks.retries = False
        job = self._store.by_uid(uid)
        if job and not job.view["spec"]["suspend"] and not books.finished(job.view):
            self._create_pod(job)

    def _create_pod(self, job: Stored) -> None:
        pod = books.new_pod(job)
        self._prepare(pod)
        self._store.create(pod)

    def _later(self, uid: str, seconds: float, call: Callable[[], None]) -> None:
        self._clocks[uid].timers.append(self._engine.later(seconds, call))


def _wanted(job: Stored, found: Books) -> int:
    """How many pods should be active now; a Job without completions makes no more after a success."""
    parallelism, completions = job.view["spec"]["parallelism"], job.view["spec"].get("completions")
    if completions is not None:
        return int(min(parallelism, completions - found.succeeded))
    return min(parallelism, len(found.active)) if found.succeeded else int(parallelism)


def _verdict(job: Stored, found: Books, clocks: Clocks) -> tuple[str, str, str] | None:
    """(condition, reason, message) of a Job that is over; None while it is not."""
    spec = job.view["spec"]
    if found.failed > spec["backoffLimit"]:
        return "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    if time.monotonic() >= clocks.expires:
        return "Failed", "DeadlineExceeded", "Job was active longer than specified deadline"
    if (completions := spec.get("completions")) is not None:
        return _COMPLETE if found.succeeded >= completions else None
    return _COMPLETE if found.succeeded and not found.active else None
