"""The scheduler: binds pods to nodes that will have them, or says why none will."""

from collections import Counter
from dataclasses import dataclass, field

from orchestrator.simulator import events, fates, fit, nodes, pods
from orchestrator.simulator.deletion import FINISHED
from orchestrator.simulator.engine import Engine
from orchestrator.simulator.fates import Fates
from orchestrator.simulator.fit import Resources
from orchestrator.simulator.resources import Object, minor_of
from orchestrator.simulator.store import Event, Store, Stored

_AFFINITY = "node(s) didn't match Pod's node affinity/selector"
_UNSCHEDULABLE = "node(s) were unschedulable"


@dataclass(slots=True)
class Node:
    """What the scheduler remembers of a node."""

    name: str
    labels: dict[str, str]
    taints: list[Object]
    allocatable: Resources
    pods: dict[str, Resources] = field(default_factory=dict)
    assigned: int = 0


class Scheduler:
    """Binds the pods that are created while the simulator runs and have no node yet."""

    def __init__(self, store: Store, engine: Engine, rules: Fates, release: str) -> None:
        self._store, self._engine, self._rules = store, engine, rules
        self._minor = minor_of(release)
        self._nodes: dict[str, Node] = {}
        self._waiting: dict[str, None] = {}

    def start(self) -> None:
        for node in self._store.objects("nodes"):
            self._learn(node)
        for pod in self._store.objects("pods"):
            self._account(pod)

    def handle_node(self, event: Event) -> None:
        if event.new is None:
            self._nodes.pop(event.last.name, None)
        else:
            self._learn(event.new)
        self._retry()

    def handle_pod(self, event: Event) -> None:
        pod = event.last
        if event.old is None and not pod.fields["spec.nodeName"]:
            self._schedule(pod.uid)
        elif event.new is None or pod.fields["status.phase"] in FINISHED:
            self._waiting.pop(pod.uid, None)
            node = self._nodes.get(pod.fields["spec.nodeName"])
            if node and node.pods.pop(pod.uid, None):
                self._retry()
        else:
            self._account(pod)

    def place(self, pod: Stored) -> str | None:
        """The node for a pod that will have ended by the time it is created."""
        node, _ = self._choose(pod)
        if node is None:
            return None
        node.assigned += 1
        return node.name

    def _retry(self) -> None:
        """Something has changed that may make room for the pods that wait."""
        for uid in list(self._waiting):
            self._schedule(uid)

    def _account(self, pod: Stored) -> None:
        """A pod that is bound to a node uses what it requests until it ends."""
        node = self._nodes.get(pod.fields["spec.nodeName"])
        if node and pod.uid not in node.pods and pod.fields["status.phase"] not in FINISHED:
            node.pods[pod.uid] = fit.requests(pod.view)

    def _learn(self, stored: Stored) -> None:
        view = stored.view
        taints = [
            taint
            for taint in view.get("spec", {}).get("taints") or []
            if taint["effect"] != "PreferNoSchedule"
        ]
        node = Node(stored.name, stored.labels, taints, fit.allocatable(view))
        if known := self._nodes.get(stored.name):
            node.pods, node.assigned = known.pods, known.assigned
        self._nodes[stored.name] = node

    def _schedule(self, uid: str) -> None:
        pod = self._store.by_uid(uid)
        if pod is None or pod.fields["spec.nodeName"] or "deletionTimestamp" in pod.view["metadata"]:
            self._waiting.pop(uid, None)
            return
        node, why = self._choose(pod)
        if node:
            self._waiting.pop(uid, None)
            node.pods[uid] = fit.requests(pod.view)
            node.assigned += 1
            self._store.update("pods", pod.name, lambda obj: bind(obj, node.name), pod.namespace)
        elif uid not in self._waiting or why != _reason_given(pod.view):
            self._waiting[uid] = None
            self._refuse(pod, why)

    def _choose(self, pod: Stored) -> tuple[Node | None, str]:
        """The least used node that fits, or the scheduler's sentence about why there is none."""
        spec = pod.view["spec"]
        pinned = pods.pinned_node(pod)
        rule = self._rules.rule(pod, pinned)
        if rule and rule.fate == fates.UNSCHEDULABLE:
            default = self._sentence(Counter({"Insufficient nvidia.com/gpu": len(self._nodes)}))
            return None, fates.message(rule, default)
        candidates = list(self._nodes.values())
        if pinned:
            candidates = [node for node in [self._nodes.get(pinned)] if node]
        reasons = Counter({_AFFINITY: len(self._nodes) - len(candidates)})
        fitting, wanted = [], fit.requests(pod.view)
        for node in candidates:
            if problem := self._problem(node, spec):
                reasons[problem] += 1
            elif shortages := fit.shortages(node.allocatable, node.pods.values(), wanted):
                reasons.update(shortages)
            else:
                fitting.append(node)
        if fitting:
            return min(fitting, key=lambda node: node.assigned), ""
        return None, self._sentence(reasons)

    def _problem(self, node: Node, spec: Object) -> str | None:
        tolerations = spec.get("tolerations") or []
        for taint in node.taints:
            if any(tolerates(toleration, taint) for toleration in tolerations):
                continue
            if taint["key"] == nodes.UNSCHEDULABLE:
                return _UNSCHEDULABLE
            value = f"{{{taint['key']}: {taint.get('value', '')}}}"
            if self._minor < 24:
                return f"node(s) had taint {value}, that the pod didn't tolerate"
            return f"node(s) had untolerated taint {value}"
        return None if _matches(node, spec) else _AFFINITY

    def _sentence(self, reasons: Counter[str]) -> str:
        """`0/3 nodes are available: 1 node(s) …, 2 node(s) ….`, with its parts sorted."""
        parts = sorted(f"{count} {reason}" for reason, count in reasons.items() if count)
        total = len(self._nodes)
        if not total:
            return "no nodes available to schedule pods"
        sentence = f"0/{total} nodes are available: {', '.join(parts)}."
        if self._minor < 25:
            return sentence
        preemption = f"{total} Preemption is not helpful for scheduling"
        return f"{sentence} preemption: 0/{total} nodes are available: {preemption}."

    def _refuse(self, pod: Stored, why: str) -> None:
        def refuse(obj: Object) -> None:
            pods.set_condition(obj["status"], "PodScheduled", False, reason="Unschedulable", message=why)

        pod = self._store.update("pods", pod.name, refuse, pod.namespace)
        events.record(self._store, pod, "FailedScheduling", why, component="default-scheduler")


def tolerates(toleration: Object, taint: Object) -> bool:
    """Does one toleration cover one taint? Without a key and with `Exists` it covers all."""
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    exists: bool = toleration.get("operator", "Equal") == "Exists"
    if not toleration.get("key"):
        return exists
    same_value: bool = toleration.get("value", "") == taint.get("value", "")
    return (exists or same_value) and bool(toleration["key"] == taint["key"])


def _matches(node: Node, spec: Object) -> bool:
    wanted = spec.get("nodeSelector") or {}
    if any(node.labels.get(key) != value for key, value in wanted.items()):
        return False
    terms = pods.affinity_terms(spec)
    return not terms or any(_term_matches(node, term) for term in terms)


def _term_matches(node: Node, term: Object) -> bool:
    fields = {"metadata.name": node.name}
    requirements = [(each, node.labels) for each in term.get("matchExpressions", [])]
    requirements += [(each, fields) for each in term.get("matchFields", [])]
    return bool(requirements) and all(_holds(each, labels) for each, labels in requirements)


def _holds(requirement: Object, labels: dict[str, str]) -> bool:
    value, values = labels.get(requirement["key"]), requirement.get("values", [])
    match requirement["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return value is not None and int(value) > int(values[0])
        case _:
            return value is not None and int(value) < int(values[0])


def bind(pod: Object, node: str) -> None:
    pod["spec"]["nodeName"] = node
    pods.set_condition(pod["status"], "PodScheduled", True)


def _reason_given(pod: Object) -> str:
    conditions = pod["status"].get("conditions", [])
    return next((str(each.get("message")) for each in conditions if each["type"] == "PodScheduled"), "")
