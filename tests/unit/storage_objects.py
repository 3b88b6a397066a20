"""Storage as the inventory keeps it, and evidence of a cluster with it."""

from typing import Any

from orchestrator.evidence import Evidence
from orchestrator.objects import Node
from tests.unit.builders import cluster, node

Json = dict[str, Any]
DEFAULT = "storageclass.kubernetes.io/is-default-class"


def storage_class(name: str, provisioner: str | None, default: str | None = None, **parameters: str) -> Json:
    annotations = {DEFAULT: default} if default else {}
    meta = {"name": name, "annotations": annotations}
    return {"metadata": meta, "provisioner": provisioner, "parameters": parameters or None}


def volume(name: str, *modes: str, **source: Json) -> Json:
    return {"metadata": {"name": name}, "spec": {"accessModes": list(modes), **source}}


def csi_node(name: str, *drivers: str) -> Json:
    return {"metadata": {"name": name}, "spec": {"drivers": [{"name": driver} for driver in drivers] or None}}


def stored(
    *classes: Json,
    volumes: tuple[Json, ...] = (),
    csi_nodes: tuple[Json, ...] = (),
    nodes: tuple[Node, ...] = (node("n1"), node("n2")),
    version: str = "v1.24.3",
) -> Evidence:
    """A cluster with two nodes and this storage."""
    objects = {"storageclasses": classes, "persistentvolumes": volumes, "csinodes": csi_nodes}
    return cluster(*nodes, version=version, objects=objects)
