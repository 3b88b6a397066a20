"""Runs a plan: submit, watch, collect, clean up.

Threads talk to the API; everything they learn is put into one inbox as a call to be made, and only the
thread that runs the engine makes those calls. So the ledger and the signs need no locks.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

from orchestrator import errors
from orchestrator.evidence import Cell, Cleanup, ObjectRef, Observation, Reason
from orchestrator.kube.api import Api
from orchestrator.kube.watch import Event, watch
from orchestrator.objects import Job, Object, Pod
from orchestrator.plan import UNIT_LABEL, Plan, Unit
from orchestrator.progress import Progress
from orchestrator.render import UnitRenderer, render_config, render_run
from orchestrator.run import words
from orchestrator.run.collect import Collected, collect
from orchestrator.run.driver import Driver
from orchestrator.run.estate import Estate
from orchestrator.run.fates import Sign, has_ended, sign_of, timing_of
from orchestrator.run.ledger import Ledger
from orchestrator.run.patience import USUAL, Patience

T = TypeVar("T", bound=Object)

WORKERS = 16
_TICK = 1.0


class Result(NamedTuple):
    """How every cell ended, what was observed, and the proof of the clean-up."""

    cells: tuple[Cell, ...]
    observations: tuple[Observation, ...]
    cleanup: Cleanup
    interrupted: bool


class Trouble(NamedTuple):
    """A sign that a unit suffers from, and since when (monotonic seconds)."""

    sign: Sign
    since: float


class Engine:
    """One run of one plan."""

    def __init__(self, api: Api, plan: Plan, progress: Progress, patience: Patience = USUAL) -> None:
        self._api, self._plan, self._patience = api, plan, patience
        self._units = UnitRenderer(plan)
        self._ledger = Ledger(plan.units, plan.settled, progress)
        self._estate = Estate(api, plan.namespace, plan.selector)
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="submit")
        self._troubles: dict[str, Trouble] = {}
        self._started: set[str] = set()
        self._collecting: set[str] = set()
        self._end = time.monotonic() + plan.deadlines.work
        self._next_look = time.monotonic() + patience.events
        self._progress = progress

    def run(self) -> Result:
        """Every cell ends with an answer or a reason, and everything created is asked to go."""
        interrupted = False
        try:
            self._start()
            self._work()
        except KeyboardInterrupt:
            interrupted = True
            self._progress.say("interrupted: cleaning up (once more to leave at once)")
            self._ledger.fail_all(Sign(Reason.INTERRUPTED, "the run was interrupted"))
        finally:
            cleanup = self._clean_up()
        return Result(self._ledger.cells(), self._ledger.observations(), cleanup, interrupted)

    def _start(self) -> None:
        plan = self._plan
        self._progress.say(
            f"run {plan.run_id}: {len(plan.units)} Jobs in namespace {plan.namespace}, image {plan.image}"
        )
        try:
            self._estate.found(self._estate.create(render_run(self._plan, str(Driver.current()))))
            self._estate.create(render_config(self._plan))
        except errors.ApiError as error:
            self._ledger.fail_all(words.of_refusal(self._api, error))
            return
        self._follow("Pod", Pod, self._on_pod)
        self._follow("Job", Job, self._on_job)
        for unit in self._plan.units:
            self._pool.submit(self._submit, unit)

    def _follow(self, kind: str, model: type[T], handle: Callable[[Event[T]], None]) -> None:
        threading.Thread(
            target=self._watch, args=(kind, model, handle), name=f"watch-{kind}", daemon=True
        ).start()

    def _watch(self, kind: str, model: type[T], handle: Callable[[Event[T]], None]) -> None:
        deadline = self._end + 2 * self._patience.cleanup
        path, selector = self._estate.path(kind), self._plan.selector
        try:
            for event in watch(self._api, path, model, selector=selector, stop=self._stop, deadline=deadline):
                self._inbox.put(partial(self._on_event, kind, event, handle))
        except errors.ApiError as error:
            self._inbox.put(partial(self._ledger.fail_all, words.of_refusal(self._api, error)))

    def _submit(self, unit: Unit) -> None:
        if self._stop.is_set():
            return
        try:
            self._estate.create(self._units.render(unit))
        except errors.ApiError as error:
            self._inbox.put(partial(self._ledger.fail, unit, words.of_refusal(self._api, error)))

    def _work(self) -> None:
        """Handle what comes in until no unit owes an answer or the time is up."""
        while self._ledger.open and time.monotonic() < self._end:
            self._wait_for_event()
            self._look_at_events()
            self._give_up_on_lasting_troubles()
        late = f"no answer within the run's {self._plan.deadlines.work} s"
        for unit in list(self._ledger.open.values()):
            trouble = self._troubles.get(unit.name)
            self._ledger.fail(unit, trouble.sign if trouble else Sign(Reason.DEADLINE, late))

    def _wait_for_event(self) -> bool:
        """Handle the next thing that comes in; False when nothing does for a moment."""
        try:
            self._inbox.get(timeout=_TICK)()
        except Empty:
            return False
        return True

    def _on_event(self, kind: str, event: Event[T], handle: Callable[[Event[T]], None]) -> None:
        meta = event.object.meta
        if event.type == "DELETED":
            self._estate.vanished(meta.uid)
        else:
            self._estate.appeared(ObjectRef(kind=kind, name=meta.name, uid=meta.uid))
        handle(event)

    def _on_pod(self, event: Event[Pod]) -> None:
        pod = event.object
        unit = self._ledger.open.get(pod.meta.labels.get(UNIT_LABEL, ""))
        if unit is None:
            return
        if pod.phase != "Pending":
            self._started.add(unit.name)
        if has_ended(pod):
            self._collect(unit, pod)
        elif event.type == "DELETED" and unit.name not in self._collecting:
            self._ledger.fail(unit, words.of_deletion(f"pod {pod.meta.name}", pod))
        else:
            self._note(unit, sign_of(pod, self._patience))

    def _on_job(self, event: Event[Job]) -> None:
        job = event.object
        unit = self._ledger.open.get(job.meta.name)
        if unit is None or unit.name in self._collecting:
            return
        if event.type == "DELETED":
            self._ledger.fail(unit, words.of_deletion(f"Job {job.meta.name}"))
        elif failure := words.of_failed_job(job, self._patience):
            self._note(unit, failure)

    def _note(self, unit: Unit, sign: Sign | None) -> None:
        """Remember since when a unit has this trouble, in the first and most telling words."""
        known = self._troubles.get(unit.name)
        if sign is None:
            self._troubles.pop(unit.name, None)
        elif known is None or known.sign.reason is not sign.reason:
            self._troubles[unit.name] = Trouble(sign, time.monotonic())

    def _give_up_on_lasting_troubles(self) -> None:
        now = time.monotonic()
        for name, (sign, since) in list(self._troubles.items()):
            if now - since >= sign.patience and name not in self._collecting:
                del self._troubles[name]
                if unit := self._ledger.open.get(name):
                    self._ledger.fail(unit, sign)

    def _collect(self, unit: Unit, pod: Pod) -> None:
        """Read the answer of a pod that ended, once."""
        if unit.name not in self._collecting:
            self._collecting.add(unit.name)
            self._pool.submit(self._fetch, unit, pod)

    def _fetch(self, unit: Unit, pod: Pod) -> None:
        got = collect(self._api, pod, unit, self._plan.run_id)
        self._inbox.put(partial(self._on_collected, unit, pod, got))

    def _on_collected(self, unit: Unit, pod: Pod, got: Collected) -> None:
        self._ledger.answer(unit, got.frames, got.missing, got.source, timing_of(pod))

    def _look_at_events(self) -> None:
        """Ask now and then why pods are not there or do not start: quotas, admission, volumes, networks."""
        if time.monotonic() < self._next_look:
            return
        silent = self._ledger.open.keys() - self._started - self._troubles.keys()
        if not silent:
            return
        self._next_look = time.monotonic() + 3 * self._patience.events
        for name, sign in words.of_warnings(self._api, self._plan.namespace, self._patience).items():
            if name in silent:
                self._note(self._ledger.open[name], sign)

    def _clean_up(self) -> Cleanup:
        """Nothing more is created; then everything is removed, the watches telling what has gone."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        try:
            return self._estate.remove(self._patience.cleanup, self._wait_for_event)
        finally:
            self._stop.set()
