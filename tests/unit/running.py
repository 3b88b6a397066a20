"""Workloads as the inventory keeps them."""

from collections.abc import Iterable
from typing import Any

from orchestrator.evidence import Evidence
from orchestrator.objects import Node
from tests.unit.builders import cluster


def containers(*images: str, name: str = "main") -> dict[str, Any]:
    return {"containers": [{"name": name, "image": image} for image in images]}


def deployment(
    name: str,
    *images: str,
    namespace: str = "ns",
    replicas: int | None = 1,
    ready: int = 1,
    labels: dict[str, str] | None = None,
    pod_labels: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A Deployment (or StatefulSet); `replicas` of None is left out, as the API takes one then."""
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {}},
        "spec": {
            **({} if replicas is None else {"replicas": replicas}),
            "template": {"metadata": {"labels": pod_labels or {}}, "spec": containers(*images)},
        },
        "status": {"readyReplicas": ready},
    }


def daemonset(
    name: str,
    image: str = "registry.example/image:v1.0",
    *,
    namespace: str = "ns",
    desired: int = 2,
    ready: int | None = None,
    container: str = "main",
    owner: str = "",
) -> dict[str, Any]:
    """A DaemonSet with all its pods ready unless it is said how many, owned by an object of a kind."""
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "ownerReferences": [{"kind": owner, "name": "its-owner"}] if owner else None,
        },
        "spec": {"template": {"spec": containers(image, name=container)}},
        "status": {"desiredNumberScheduled": desired, "numberReady": desired if ready is None else ready},
    }


def running(
    *nodes: Node,
    deployments: Iterable[dict[str, Any]] = (),
    daemonsets: Iterable[dict[str, Any]] = (),
    statefulsets: Iterable[dict[str, Any]] = (),
    policies: Iterable[dict[str, Any]] = (),
) -> Evidence:
    """Evidence of a cluster in which these run, under these ClusterPolicies."""
    objects = {
        "deployments": tuple(deployments),
        "daemonsets": tuple(daemonsets),
        "statefulsets": tuple(statefulsets),
        "clusterpolicies": tuple(policies),
    }
    return cluster(*nodes, objects=objects)
