"""Which Kubernetes distribution this is, told from the inventory by the signals in distributions.yaml."""

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

from orchestrator.data import read_data
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model

MANAGED = frozenset({"aks", "eks", "gke", "oke"})
"""Distributions that are a cloud's service: its control plane, and load balancers, are the cloud's affair."""

_EXAMPLES = 3
_CARRIERS = {
    "apiGroup": Resource.API_GROUPS,
    "namespace": Resource.NAMESPACES,
    "serverVersion": Resource.VERSION,
}  # all other signals are on nodes


class Distribution(Model):
    """A distribution and what gave it away, e.g. `label eks.amazonaws.com/nodegroup`."""

    id: str
    title: str
    evidence: tuple[str, ...] = ()


class Definition(Model):
    id: str
    title: str
    signals: tuple[dict[str, str], ...]


@cache
def definitions() -> tuple[Definition, ...]:
    """Every distribution that can be told apart, in order of precedence; the last matches anything."""
    rows = read_data("orchestrator.inventory", "distributions.yaml")
    return tuple(Definition.model_validate(row) for row in rows)


def detect(inventory: Inventory) -> Distribution | None:
    """The distribution, or None when too little could be read to rule the others out."""
    return inventory.once(_detect)


def _detect(inventory: Inventory) -> Distribution | None:
    seen = _Seen(inventory)
    *known, plain = definitions()
    for definition in known:
        evidence = tuple(hit for signal in definition.signals for hit in seen.hits(signal))
        if evidence:
            return Distribution(id=definition.id, title=definition.title, evidence=evidence)
    if any(inventory.missing(resource) for resource in _needed()):
        return None
    return Distribution(id=plain.id, title=plain.title)


@cache
def _needed() -> frozenset[Resource]:
    """What carries any signal, so that a distribution could hide in it."""
    places = {place for definition in definitions() for signal in definition.signals for place in signal}
    return frozenset(_CARRIERS.get(place, Resource.NODES) for place in places)


class _Seen:
    """What of a cluster can carry a signal, each distinct text once."""

    def __init__(self, inventory: Inventory) -> None:
        nodes = inventory.nodes
        self._texts: dict[str, set[str]] = {
            "apiGroup": set(inventory.api_groups),
            "namespace": set(inventory.namespaces),
            "serverVersion": {inventory.server_version or ""},
            "kubeletVersion": {node.node_info.kubelet_version for node in nodes},
            "osImage": {node.node_info.os_image for node in nodes},
            "providerID": {node.provider_id for node in nodes},
            "label": {key for node in nodes for key in node.labels},
            "annotation": {key for node in nodes for key in node.annotations},
        }

    def hits(self, signal: dict[str, str]) -> Iterator[str]:
        ((where, pattern),) = signal.items()
        matches = _MATCHERS.get(where, fnmatchcase)
        found = sorted(text for text in self._texts[where] if text and matches(text, pattern))
        for text in _shortest(found):
            yield f"{where} {text}"


def _regex(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None


_MATCHERS: dict[str, Callable[[str, str], bool]] = dict.fromkeys(
    ("serverVersion", "kubeletVersion", "osImage", "providerID"), _regex
)


def _shortest(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=len)[:_EXAMPLES]
