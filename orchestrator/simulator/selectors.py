"""Label and field selectors, as the list and watch parameters spell them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orchestrator.simulator.resources import ResourceType
from orchestrator.simulator.status import StatusError

_TERMS = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"^(?P<key>[^\s!=]+)\s+(?P<op>in|notin)\s*\((?P<values>[^)]*)\)$")
_EQUAL = re.compile(r"^(?P<key>[^\s!=]+)\s*(?P<op>==|!=|=)\s*(?P<value>[^\s=!]*)$")
_EXISTS = re.compile(r"^(?P<absent>!?)\s*(?P<key>[^\s!=()]+)$")

_FIELDS = {
    "pods": ("status.phase", "spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName"),
    "nodes": ("spec.unschedulable",),
    "namespaces": ("status.phase",),
    "secrets": ("type",),
    "events": (
        "involvedObject.kind",
        "involvedObject.name",
        "involvedObject.namespace",
        "involvedObject.uid",
        "reason",
        "type",
    ),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One term: the label `key` is (`wanted`) or is not one of `values`; no values: it exists or does not."""

    key: str
    wanted: bool
    values: frozenset[str] | None = None

    def matches(self, labels: Mapping[str, str]) -> bool:
        if self.values is None:
            return (self.key in labels) is self.wanted
        return (labels.get(self.key) in self.values) is self.wanted


@dataclass(frozen=True, slots=True)
class Selector:
    """Labels and fields that an object must have; empty selects everything."""

    labels: tuple[Requirement, ...] = ()
    fields: tuple[Requirement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.labels or self.fields)

    def matches(self, labels: Mapping[str, str], fields: Mapping[str, str]) -> bool:
        return all(term.matches(labels) for term in self.labels) and all(
            term.matches(fields) for term in self.fields
        )


def parse(labels: str, fields: str, type_: ResourceType) -> Selector:
    """Selector for the parameters `labelSelector` and `fieldSelector`; 400 when they cannot be read."""
    return Selector(
        tuple(_terms(labels, _label_term)), tuple(_terms(fields, lambda t: _field_term(t, type_)))
    )


def selectable_fields(type_: ResourceType) -> tuple[str, ...]:
    """The fields, beside name and namespace, that the API lets a client select by."""
    return _FIELDS.get(type_.plural, ())


def _terms(text: str, parse_term: Callable[[str], Requirement]) -> list[Requirement]:
    return [parse_term(term.strip()) for term in _TERMS.split(text) if term.strip()]


def _label_term(term: str) -> Requirement:
    if found := _SET.match(term):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(found["key"], found["op"] == "in", values)
    if found := _EQUAL.match(term):
        return Requirement(found["key"], found["op"] != "!=", frozenset([found["value"]]))
    if found := _EXISTS.match(term):
        return Requirement(found["key"], not found["absent"])
    raise StatusError(400, f"unable to parse requirement: found '{term}', expected: a label selector")


def _field_term(term: str, type_: ResourceType) -> Requirement:
    found = _EQUAL.match(term)
    if not found:
        raise StatusError(400, f"invalid selector: '{term}'; can't understand '{term}'")
    if found["key"] not in ("metadata.name", "metadata.namespace", *selectable_fields(type_)):
        raise StatusError(400, f"field label not supported: {found['key']}")
    return Requirement(found["key"], found["op"] != "!=", frozenset([found["value"]]))
