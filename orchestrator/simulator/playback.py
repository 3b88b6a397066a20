"""Plays a fate on a pod, step by step."""

from orchestrator.simulator import deletion, events, nodes, podrun, pods
from orchestrator.simulator.engine import Engine
from orchestrator.simulator.fates import Step
from orchestrator.simulator.podrun import PodRun
from orchestrator.simulator.resources import Object
from orchestrator.simulator.sandbox import Outcome
from orchestrator.simulator.store import Store, Stored


class Playback:
    """Runs on the engine; a pod that ends or goes meanwhile ends its fate too."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store, self._engine = store, engine

    def play(self, run: PodRun, steps: list[Step]) -> None:
        """Take the steps one after another, each when its time has come."""
        if not steps or run.ended:
            return
        step, rest = steps[0], steps[1:]
        if step.after:
            now = step.model_copy(update={"after": 0})
            run.timers.append(self._engine.later(step.after, lambda: self.play(run, [now, *rest])))
            return
        self._take(run, step)
        self.play(run, rest)

    def _take(self, run: PodRun, step: Step) -> None:
        pod = run.change(self._store, lambda obj: _apply(obj, step))
        if step.log is not None:
            run.log = step.log
        if step.terminated:
            run.end()
        if step.event:
            type_, reason, message = step.event["type"], step.event["reason"], step.event["message"]
            events.record(self._store, pod, reason, message, component="kubelet", type_=type_)
        if step.action == "lose-node":
            nodes.lose(self._store, pod.view["spec"]["nodeName"])
        elif step.action == "delete-owner":
            self._delete_owner(pod)

    def _delete_owner(self, pod: Stored) -> None:
        """Delete the Job that controls the pod, or the pod when none does."""
        owners = pod.view["metadata"].get("ownerReferences", [])
        controllers = [owner["uid"] for owner in owners if owner.get("controller")]
        if owner := self._store.by_uid(controllers[0] if controllers else pod.uid):
            deletion.delete(self._store, owner, deletion.Options())


def _apply(obj: Object, step: Step) -> None:
    if step.waiting:
        pods.set_waiting(obj, step.waiting["reason"], step.waiting.get("message"))
    if step.running:
        pods.set_running(obj)
    if step.terminated:
        message = step.terminated.get("message", "").encode()
        outcome = Outcome(step.terminated["exitCode"], step.log or b"", message)
        podrun.terminate(obj, outcome, step.terminated["reason"])
    obj["status"].update(step.status)
