"""Nodes: the taints that follow from their state, and their loss."""

from orchestrator.simulator import clock
from orchestrator.simulator.engine import Engine
from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Event, Store

UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"

_AUTOMATIC = (UNREACHABLE, NOT_READY, UNSCHEDULABLE)
_LOST = {"reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."}


class NodeController:
    """Keeps each node's taints true to its conditions, and tells the pods of a lost node."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store, self._engine = store, engine

    def handle(self, event: Event) -> None:
        if event.new is None:
            return
        self._taint(event.last.name)
        if is_lost(self._store, event.last.name) and not (event.old and _unknown(event.old.view)):
            self._evict(event.last.name)

    def _taint(self, name: str) -> None:
        if self._store.find("nodes", name):
            self._store.update("nodes", name, set_taints)

    def _evict(self, node: str) -> None:
        """Mark the node's pods as the node lifecycle controller does; no kubelet is left to remove them."""
        for pod in self._store.objects("pods"):
            if pod.fields["spec.nodeName"] == node and pod.fields["status.phase"] == "Running":
                self._store.update("pods", pod.name, _lose_pod, pod.namespace)


def is_lost(store: Store, name: str) -> bool:
    """Has the node's kubelet stopped talking?"""
    node = store.find("nodes", name)
    return node is not None and _unknown(node.view)


def address(store: Store, name: str) -> str:
    """The node's InternalIP."""
    node = store.find("nodes", name)
    addresses = node.view.get("status", {}).get("addresses", []) if node else []
    return next((str(each["address"]) for each in addresses if each["type"] == "InternalIP"), "127.0.0.1")


def lose(store: Store, name: str) -> None:
    """Let the node's kubelet fall silent."""

    def silence(node: Object) -> None:
        now = clock.now()
        conditions = node.setdefault("status", {}).setdefault("conditions", [{"type": "Ready"}])
        for condition in conditions:
            condition.update(status="Unknown", lastTransitionTime=now, **_LOST)

    store.update("nodes", name, silence)


def ready(node: Object) -> str:
    """The status of the node's Ready condition; a node that tells nothing counts as ready."""
    conditions = node.get("status", {}).get("conditions", [])
    return next((str(each.get("status")) for each in conditions if each.get("type") == "Ready"), "True")


def _unknown(node: Object) -> bool:
    return ready(node) == "Unknown"


def set_taints(node: Object) -> None:
    """Give the node the taints of its conditions, in place, and take off those that no longer hold."""
    spec = node.setdefault("spec", {})
    due = {
        UNREACHABLE: ready(node) == "Unknown",
        NOT_READY: ready(node) == "False",
        UNSCHEDULABLE: bool(spec.get("unschedulable")),
    }
    given = spec.get("taints") or []
    taints = [taint for taint in given if taint["key"] not in _AUTOMATIC or due[taint["key"]]]
    present = {(taint["key"], taint["effect"]) for taint in taints}
    for key, wanted in due.items():
        effects = ("NoSchedule",) if key == UNSCHEDULABLE else ("NoSchedule", "NoExecute")
        taints += [{"key": key, "effect": e} for e in effects if wanted and (key, e) not in present]
    if taints or given:
        spec["taints"] = taints


def _lose_pod(pod: Object) -> None:
    node, name = pod["spec"]["nodeName"], pod["metadata"]["name"]
    message = f"Node {node} which was running pod {name} is unresponsive"
    pod["metadata"].setdefault("deletionTimestamp", clock.now())
    pod["metadata"].setdefault("deletionGracePeriodSeconds", 30)
    pod["status"].update(reason="NodeLost", message=message)
    for condition in pod["status"].get("conditions", []):
        if condition["type"] in ("Ready", "ContainersReady") and condition["status"] == "True":
            condition.update(status="False", lastTransitionTime=clock.now())
