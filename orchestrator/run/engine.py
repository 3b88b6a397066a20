"""Runs a plan: submit, watch, collect, clean up.

Threads talk to the API and put what they learn into the inbox; the thread that runs the engine empties it, so
the ledger and the troubles need no locks.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from orchestrator import errors
from orchestrator.evidence import Cleanup, ObjectRef, Reason
from orchestrator.kube.api import Api
from orchestrator.kube.watch import Event, watch
from orchestrator.objects import Job, Object, Pod
from orchestrator.plan.model import PEERS_ANNOTATION, UNIT_LABEL, Plan, Unit
from orchestrator.progress import Progress
from orchestrator.render import Manifest, UnitRenderer, render_config, render_run, render_shared
from orchestrator.report.headline import counted
from orchestrator.run import words
from orchestrator.run.collect import Collected, collect, take, witness
from orchestrator.run.driver import Driver
from orchestrator.run.estate import Estate
from orchestrator.run.events import read_warnings
from orchestrator.run.fates import Sign, has_ended, sign_of, timing_of
from orchestrator.run.inbox import Inbox
from orchestrator.run.ledger import Ledger, Result
from orchestrator.run.parties import Member, Parties, Word
from orchestrator.run.patience import USUAL, Patience
from orchestrator.run.refusals import Refusals
from orchestrator.run.signals import told_of_interrupts
from orchestrator.run.troubles import Troubles
from orchestrator.run.witness import PULLED_OR_NOT, settled

T = TypeVar("T", bound=Object)


class Engine:
    """One run of one plan."""

    def __init__(self, api: Api, plan: Plan, progress: Progress, patience: Patience = USUAL) -> None:
        self._api, self._plan, self._progress, self._patience = api, plan, progress, patience
        self._units = UnitRenderer(plan)
        self._ledger = Ledger(plan.units, plan.settled, progress)
        self._estate = Estate.of(api, plan)
        self._refusals = Refusals(api, plan.site.namespace)
        self._inbox = Inbox()
        self._stop = threading.Event()
        self._troubles = Troubles()
        self._parties = Parties(plan.units, plan.run_id, plan.deadlines.gather)
        self._started: set[str] = set()
        self._collecting: set[str] = set()
        self._blind = ""
        self._end = time.monotonic() + plan.deadlines.work
        self._next_look = time.monotonic() + patience.events

    def run(self) -> Result:
        """Every cell ends with an answer or a reason, and everything created is asked to go."""
        interrupted = False
        with told_of_interrupts(self._inbox.interrupt):
            try:
                self._inbox.in_thread(self._open)
                self._work()
            except KeyboardInterrupt:
                interrupted = True
                self._progress.say("interrupted: cleaning up (once more to leave at once)")
                self._ledger.fail_all(Sign(Reason.INTERRUPTED, "the run was interrupted"))
            finally:
                cleanup = self._clean_up(hurried=interrupted)
        return Result(self._ledger.cells(), self._ledger.observations(), cleanup, interrupted)

    def _open(self) -> None:
        """Create the run Job, what all units share, and then the units."""
        plan = self._plan
        self._progress.say(
            f"run {plan.run_id}: {counted(len(plan.units), 'Job')} in namespace {plan.site.namespace}, "
            f"image {plan.site.image}"
        )
        try:
            self._estate.found(self._estate.create(render_run(plan, str(Driver.current()))))
            self._estate.shared(self._estate.create(render_config(plan)))
        except errors.ApiError as error:
            self._inbox.put(self._ledger.fail_all, self._refusals.sign_of(error))
            return
        for manifest in render_shared(plan):
            self._share(manifest)
        self._follow("Pod", Pod, self._on_pod)
        self._follow("Job", Job, self._on_job)
        self._inbox.put(self._submit_all)

    def _share(self, manifest: Manifest) -> None:
        """Create what only some units use; the others can do without it."""
        kind = manifest["kind"]
        try:
            made = self._estate.create(manifest)
        except errors.ApiError as error:
            self._progress.say(f"there will be no {kind}: {error.message}")
            if kind == "PersistentVolumeClaim":
                self._inbox.put(
                    self._ledger.fail_all, self._refusals.sign_of(error), lambda unit: unit.mounts
                )
            return
        self._estate.shared(made)
        if kind == "Service":
            self._parties.service = made.name

    def _submit_all(self) -> None:
        for unit in list(self._ledger.open.values()):
            self._inbox.in_thread(self._submit, unit)

    def _submit(self, unit: Unit) -> None:
        try:
            self._estate.create(self._units.render(unit))
        except errors.ApiError as error:
            self._inbox.put(self._ledger.fail, unit, self._refusals.sign_of(error))

    def _follow(self, kind: str, model: type[T], handle: Callable[[Event[T]], None]) -> None:
        self._inbox.beside(f"watch-{kind}", self._watch, kind, model, handle)

    def _watch(self, kind: str, model: type[T], handle: Callable[[Event[T]], None]) -> None:
        deadline = self._end + 2 * self._patience.cleanup
        path, selector = self._estate.path(kind), self._plan.selector
        try:
            for event in watch(self._api, path, model, selector=selector, stop=self._stop, deadline=deadline):
                self._inbox.put(self._on_event, kind, event, handle)
        except errors.ApiError as error:
            self._inbox.put(self._ledger.fail_all, self._refusals.sign_of(error))

    def _work(self) -> None:
        """Handle what comes in until no unit owes an answer or the time is up."""
        while self._ledger.open and time.monotonic() < self._end:
            self._inbox.handle_next()
            self._look_at_events()
            for word in self._parties.ready(self._ledger.open):
                self._inbox.in_thread(self._tell, word)
            for name, sign in self._troubles.lasting():
                if name in self._ledger.open and name not in self._collecting:
                    self._ledger.fail(self._ledger.open[name], sign)
        late = Sign(Reason.DEADLINE, f"no answer within the run's {self._plan.deadlines.work} s{self._blind}")
        for unit in list(self._ledger.open.values()):
            self._ledger.fail(unit, self._troubles.sign(unit.name) or late)

    def _on_event(self, kind: str, event: Event[T], handle: Callable[[Event[T]], None]) -> None:
        meta = event.object.meta
        if event.type == "DELETED":
            self._estate.vanished(meta.uid)
        else:
            self._estate.appeared(ObjectRef(kind=kind, name=meta.name, uid=meta.uid))
        if self._ledger.open:
            handle(event)

    def _on_pod(self, event: Event[Pod]) -> None:
        pod = event.object
        unit = self._ledger.open.get(pod.meta.labels.get(UNIT_LABEL, ""))
        if unit is None:
            return
        if pod.phase != "Pending":
            self._started.add(unit.name)
        if unit.party and pod.phase == "Running" and pod.address:
            self._parties.arrive(Member(unit, pod.meta.name, pod.address))
        if has_ended(pod) or (unit.witnessed and settled(pod)):
            self._collect(unit, pod)
        elif event.type == "DELETED" and unit.name not in self._collecting:
            self._ledger.fail(unit, words.of_deletion(f"pod {pod.meta.name}", pod))
        else:
            sign = sign_of(pod, self._patience_with(unit))
            expected = unit.witnessed and sign and sign.reason in PULLED_OR_NOT
            self._troubles.note(unit.name, None if expected else sign)

    def _patience_with(self, unit: Unit) -> Patience:
        """More of it where a volume has to be made first."""
        awaits = unit.mounts and self._plan.makes_volume
        return self._patience._replace(schedule=self._patience.provision) if awaits else self._patience

    def _on_job(self, event: Event[Job]) -> None:
        name = event.object.meta.name
        deleted = words.of_deletion(f"Job {name}") if event.type == "DELETED" else None
        sign = deleted or words.of_failed_job(event.object, self._patience)
        if sign and name == self._plan.name:
            self._ledger.fail_all(
                sign._replace(message=f"the run Job, which owns all others: {sign.message}")
            )
        elif sign and name in self._ledger.open and name not in self._collecting:
            if deleted:
                self._ledger.fail(self._ledger.open[name], sign)
            else:
                self._troubles.note(name, sign)

    def _tell(self, word: Word) -> None:
        """Let a pod know whom it is to meet: the kubelet brings the annotation in as a file."""
        unit, path = word.member.unit, f"{self._estate.path('Pod')}/{word.member.pod}"
        try:
            self._api.annotate(path, {PEERS_ANNOTATION: word.text})
        except errors.ApiError as error:
            message = f"its pod could not be told who the others are: {error.message}"
            self._inbox.put(self._ledger.fail, unit, Sign(Reason.NOT_TOLD, message))

    def _collect(self, unit: Unit, pod: Pod) -> None:
        """Take the answer of a pod, once; only a thread may wait for its log, or for the kubelet's events."""
        if unit.name in self._collecting:
            return
        self._collecting.add(unit.name)
        if unit.witnessed and settled(pod):
            self._inbox.in_thread(self._fetch, witness, unit, pod)
        elif taken := take(pod, unit, self._plan.run_id):
            self._on_collected(unit, pod, taken)
        else:
            self._inbox.in_thread(self._fetch, collect, unit, pod)

    def _fetch(self, ask: Callable[[Api, Pod, Unit, str], Collected], unit: Unit, pod: Pod) -> None:
        got = ask(self._api, pod, unit, self._plan.run_id)
        self._inbox.put(self._on_collected, unit, pod, got)

    def _on_collected(self, unit: Unit, pod: Pod, got: Collected) -> None:
        self._ledger.answer(unit, got.frames, got.missing, got.source, timing_of(pod))

    def _look_at_events(self) -> None:
        """Have it asked, now and then, why pods are not there or do not start."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + 5 * self._patience.events
        if any(name not in self._started and name not in self._troubles for name in self._ledger.open):
            self._inbox.in_thread(self._read_events)

    def _read_events(self) -> None:
        try:
            signs = read_warnings(self._api, self._plan.site.namespace, self._patience)
        except errors.ApiError as error:
            self._blind = f" (and events, which may say why, cannot be read: {error.message})"
            return
        self._blind = ""
        self._inbox.put(self._on_warnings, signs)

    def _on_warnings(self, signs: dict[str, Sign]) -> None:
        for name in self._ledger.open.keys() & signs.keys() - self._started:
            if name not in self._troubles:
                self._troubles.note(name, signs[name])

    def _clean_up(self, *, hurried: bool) -> Cleanup:
        """Nothing more is created or told; then everything is removed, the watches telling what has gone."""
        self._ledger.open.clear()
        self._inbox.close()
        try:
            return self._estate.remove(self._patience.cleanup, self._inbox.handle_next, hurried=hurried)
        finally:
            self._stop.set()
