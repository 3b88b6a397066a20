"""The cluster behind the API: its store and the controllers that work on it."""

from collections.abc import Callable
from functools import partial

from orchestrator.simulator import clock, nodes
from orchestrator.simulator.description import Description
from orchestrator.simulator.engine import Engine
from orchestrator.simulator.fates import Fates
from orchestrator.simulator.garbage import GarbageCollector
from orchestrator.simulator.instant import InstantPods
from orchestrator.simulator.jobs import JobController
from orchestrator.simulator.kubelet import Kubelet
from orchestrator.simulator.nodes import NodeController
from orchestrator.simulator.provisioner import Provisioner
from orchestrator.simulator.resources import Object
from orchestrator.simulator.scheduler import Scheduler
from orchestrator.simulator.store import Event, Store, Stored

_PHASES = {"Pod": "Running", "Namespace": "Active"}
_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


class Cluster:
    """Store, engine and controllers; what the description holds was there before them and is left alone."""

    def __init__(self, description: Description, *, run_probes: bool, history: int) -> None:
        self.release = description.version
        self.store = Store(description.version, history=history)
        _fill(self.store, description.objects)
        self._engine = Engine()
        rules = Fates(description)
        self._garbage = GarbageCollector(self.store, self._engine)
        self._nodes = NodeController(self.store, self._engine)
        self._scheduler = Scheduler(self.store, self._engine, rules, self.release)
        self._kubelet = Kubelet(self.store, self._engine, rules, run_probes=run_probes)
        instant = InstantPods(self.store, rules, self._scheduler, self._kubelet)
        self._jobs = JobController(self.store, self._engine, self.release, instant.end)
        self._handlers: dict[tuple[str, str], tuple[Callable[[Event], None], ...]] = {
            ("", "persistentvolumeclaims"): (Provisioner(self.store, self._engine).handle,),
            ("", "nodes"): (self._nodes.handle, self._scheduler.handle_node),
            ("", "pods"): (self._scheduler.handle_pod, self._kubelet.handle, self._jobs.handle_pod),
            ("batch", "jobs"): (self._jobs.handle_job,),
        }

    def start(self) -> None:
        self._scheduler.start()
        self.store.subscribe(self._note)
        self._kubelet.start()
        self._engine.start()

    def stop(self) -> None:
        self._engine.stop()
        self._kubelet.stop()

    def read_log(self, pod: Stored, container: str) -> bytes:
        return self._kubelet.log(pod, container)

    def _note(self, event: Event) -> None:
        """Under the store's lock: hand the change to those whom it concerns."""
        for handler in self._handlers.get(event.last.type.key, ()):
            self._engine.soon(partial(handler, event))
        if event.last.owners or event.new is None:
            self._engine.soon(partial(self._garbage.handle, event))


def _fill(store: Store, objects: list[Object]) -> None:
    """Put the described objects into the store, with the namespaces that they live in."""
    described = _latest(objects)
    described.sort(key=lambda obj: obj["kind"] != "CustomResourceDefinition")
    for obj in described:
        if store.types.of(obj).namespaced:
            obj["metadata"].setdefault("namespace", "default")
        _complete(obj)
        store.create(obj)
    used = {obj["metadata"].get("namespace", "default") for obj in described}
    for name in sorted(used.union(_NAMESPACES)):
        if store.find("namespaces", name) is None:
            store.create(_namespace(name))


def _latest(objects: list[Object]) -> list[Object]:
    """Copies of the objects, the last one of those that are described twice."""
    latest: dict[tuple[str, str, str, str], Object] = {}
    for obj in objects:
        metadata = dict(obj["metadata"])
        key = (obj["apiVersion"], obj["kind"], metadata.get("namespace", ""), metadata["name"])
        latest[key] = {**obj, "metadata": metadata}
    return list(latest.values())


def _complete(obj: Object) -> None:
    """Give a described object what it would have on a cluster that runs."""
    if obj["kind"] == "Node":
        obj["spec"] = dict(obj.get("spec") or {})
        nodes.set_taints(obj)
    elif obj["kind"] in _PHASES:
        obj["status"] = {"phase": _PHASES[obj["kind"]], **(obj.get("status") or {})}


def _namespace(name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/metadata.name": name},
            "creationTimestamp": clock.now(),
        },
        "status": {"phase": "Active"},
    }
