"""Nodes by their shape: what all of a shape have in common told once, then each with what is its own."""

from collections.abc import Iterable, Iterator
from typing import Any

from orchestrator.objects import Node

_SHARED = ("labels", "annotations", "capacity", "allocatable")


def shapes(nodes: Iterable[Node]) -> Iterator[dict[str, Any]]:
    """JSON values, one per shape, in the order of their first nodes."""
    alike: dict[object, list[Node]] = {}
    for node in nodes:
        alike.setdefault(_shape(node), []).append(node)
    return map(_told, alike.values())


def _shape(node: Node) -> object:
    taints = tuple((taint.key, taint.value, taint.effect) for taint in node.taints)
    return node.node_info, taints, node.capacity.get("cpu"), node.gpu_count, node.control_plane


def _told(nodes: list[Node]) -> dict[str, Any]:
    first = nodes[0]
    common = {part: _common([getattr(node, part) for node in nodes]) for part in _SHARED}
    return {
        "count": len(nodes),
        **first.node_info.model_dump(by_alias=True),
        "taints": [f"{taint.key}={taint.value}:{taint.effect}" for taint in first.taints],
        **common,
        "nodes": {node.name: _own(node, common) for node in nodes},
    }


def _common(texts: list[dict[str, str]]) -> dict[str, str]:
    first, *others = texts
    return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}


def _own(node: Node, common: dict[str, dict[str, str]]) -> dict[str, Any]:
    rest = {part: dict(getattr(node, part).items() - common[part].items()) for part in _SHARED}
    own: dict[str, Any] = {
        "uid": node.meta.uid,
        "providerID": node.provider_id,
        "addresses": ", ".join(f"{address.type} {address.address}" for address in node.addresses),
        "ready": "yes" if node.ready else f"no: {node.why_not_ready}",
        "conditions": ", ".join(f"{c.type} {c.status} {c.reason}" for c in node.conditions),
        "unschedulable": node.unschedulable,
    }
    return own | {part: dict(sorted(texts.items())) for part, texts in rest.items() if texts}
