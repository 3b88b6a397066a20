"""Pods whose results are given: they are bound, run and ended in the one write that creates them."""

import uuid

from orchestrator.simulator.fates import Fates
from orchestrator.simulator.kubelet import Kubelet
from orchestrator.simulator.resources import Object
from orchestrator.simulator.scheduler import Scheduler, bind
from orchestrator.simulator.store import Store, Stored


class InstantPods:
    """Looks at a Job's new pod before it is created; one that a fate or no result is for is left alone."""

    def __init__(self, store: Store, rules: Fates, scheduler: Scheduler, kubelet: Kubelet) -> None:
        self._store, self._rules = store, rules
        self._scheduler, self._kubelet = scheduler, kubelet

    def end(self, pod: Object) -> None:
        """Give the pod the status of one that has ended, if nothing is to happen to it before."""
        pod["metadata"]["uid"] = str(uuid.uuid4())
        draft = self._draft(pod)
        node = self._scheduler.place(draft)
        if node is None or self._rules.rule(draft, node):
            return
        results = self._rules.results(draft, node)
        if results is not None and self._kubelet.takes_pods(node):
            bind(pod, node)
            self._kubelet.end_at_once(pod, results)

    def _draft(self, pod: Object) -> Stored:
        metadata = pod["metadata"]
        return Stored.of(self._store.types.named("pods"), (metadata["namespace"], metadata["name"]), pod, 0)
