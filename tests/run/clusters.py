"""Descriptions of small clusters, and one run on them."""

from typing import Any

import yaml

VERSION = "v1.27.3"
_RESOLVES = {"name": "kubernetes.default.svc.cluster.local", "getaddrinfo": {"code": "answer"}}
ANSWERS = [
    {"probe": "node", "data": {"kernel": "5.15.0"}},
    {"probe": "dns", "data": {"cluster": _RESOLVES}},
]
Json = dict[str, Any]


def node(
    name: str,
    *,
    ready: str = "True",
    os: str = "linux",
    arch: str = "amd64",
    labels: Json | None = None,
    **spec: Any,
) -> Json:
    condition = {
        "type": "Ready",
        "status": ready,
        "reason": "KubeletTold",
        "message": "the kubelet's own words",
    }
    info = {"operatingSystem": os, "architecture": arch, "kubeletVersion": VERSION}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/os": os, **(labels or {})}},
        "spec": spec,
        "status": {"conditions": [condition], "nodeInfo": info},
    }


def nodes(count: int) -> list[Json]:
    return [node(f"n{number}") for number in range(1, count + 1)]


def cluster(*objects: Json, answering: bool = True, **simulation: Any) -> str:
    """The YAML of a cluster whose probes answer at once, unless the simulation says otherwise."""
    told = {"version": VERSION, "results": ANSWERS if answering else [], **simulation}
    return yaml.safe_dump_all([told, *objects])
