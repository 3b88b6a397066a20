"""A cluster in memory, read and judged without HTTP and pods: for tests that need thousands of clusters."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

from orchestrator import errors
from orchestrator.evaluate import evaluate
from orchestrator.evidence import Cell, Observation, Outcome
from orchestrator.fields import FieldPath
from orchestrator.inventory.resources import resource_types
from orchestrator.kube.api import Api
from orchestrator.kube.transport import Call, Transport
from orchestrator.pipeline import Order, read_cluster
from orchestrator.plan.model import Site
from orchestrator.profile.load import load
from orchestrator.profile.select import choose_features, narrow
from orchestrator.report.model import Finding
from tests.proofs.case import Case
from tests.unit.builders import evidence, target

Json = dict[str, Any]
_KINDS = {
    ("", "nodes"): "Node",
    ("", "namespaces"): "Namespace",
    ("config.openshift.io", "clusterversions"): "ClusterVersion",
}
_GROUP = FieldPath.parse("spec.group")


def judged(
    case: Case, objects: list[Json], answers: Callable[[str], Json] | None = None
) -> tuple[Finding, ...]:
    """The findings of the case's requirement on a cluster of these objects instead of its own.

    With `answers` nodes answer so, probe by probe, instead of as the case says.
    """
    profiles = narrow((load(case.profile),), (case.id,), ())
    order = Order(profiles, choose_features(profiles, case.features), Site())
    transport = cast(Transport, _Memory(objects, case.version))
    _, inventory = read_cluster(Api(transport, namespace="default"), order)
    cells, observations = [], []
    for node in inventory.nodes:
        for probe, data in (answers or case.answers)(node.name).items():
            cells.append(Cell(probe=probe, target=target(node.name), outcome=Outcome.ANSWERED))
            observations.append(Observation(probe=probe, target=target(node.name), source="log", data=data))
    return evaluate(profiles[0], evidence(inventory, cells, observations), order.features).findings


class _Memory:
    """Answers reads from objects as an API server does, whatever they hold."""

    server = "https://cluster.example"
    login = SimpleNamespace(context=None)
    requests = 0

    def __init__(self, objects: list[Json], version: str) -> None:
        self._objects, self._version = objects, version
        self._kinds = _KINDS | {(each.group, each.resource): each.kind for each in resource_types().values()}

    def send(self, call: Call, **_: Any) -> bytes:
        return json.dumps(self._answer(call)).encode()

    def _answer(self, call: Call) -> Any:
        where = call.resource
        if where.resource == "/version":
            return {"gitVersion": self._version}
        if where.resource == "/apis":
            return {"groups": [{"name": name} for name in sorted(self._groups())]}
        found = list(self._found(call))
        if not where.name:
            return {"metadata": {}, "items": found}
        if not found or where.subresource:
            raise errors.NotFound(f"there is no {where.noun} {where.name}", verb="get", resource=where.noun)
        return found[0]

    def _found(self, call: Call) -> Iterator[Json]:
        group, resource, namespace, name, _ = call.resource
        for obj in self._objects:
            meta = obj["metadata"]
            named = meta["name"] in (name or meta["name"]) and meta.get("namespace", "") == (
                namespace or meta.get("namespace", "")
            )
            if named and (_group(obj), obj["kind"]) == (group, self._kinds[group, resource]):
                yield {"metadata": meta} if "PartialObject" in call.accept else obj

    def _groups(self) -> set[str]:
        """Those that every cluster has, and those of the objects."""
        built_in = {group for group, _ in self._kinds if "." not in group or group.endswith(".k8s.io")}
        definitions = [obj for obj in self._objects if obj["kind"] == "CustomResourceDefinition"]
        defined = [group for group in map(_GROUP.of, definitions) if isinstance(group, str)]
        return {*built_in, *defined, *map(_group, self._objects)} - {""}


def _group(obj: Json) -> str:
    group, slash, _ = obj["apiVersion"].partition("/")
    return group if slash else ""
