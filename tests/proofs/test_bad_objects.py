"""Objects with missing, null, unknown and wrong fields: no crash, no pass on garbage, a reason each time."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orchestrator.inventory.resources import resource_types
from orchestrator.probe import catalogue
from orchestrator.profile.load import load
from orchestrator.report.model import Finding
from tests.proofs.case import KINDS, Case, cases
from tests.proofs.memory import judged
from tests.proofs.mutations import (
    Json,
    Path,
    fields,
    in_map,
    of_another_type,
    value_at,
    with_value,
    without,
)

_PYTHON = re.compile(r"Traceback|object at 0x|<class |\bNoneType\b")


def _reads(case: Case) -> bool:
    row = load(case.profile).requirement(case.id)
    return row is not None and bool(row.reads())


def _is_plain(case: Case) -> bool:
    """Whether memory.py shows all that the case is about."""
    return not case.options and not {"faults", "fates", "proxies"} & set(case.told)


SEEDS = [case for case in cases() if _is_plain(case) and _reads(case)]


class Field(NamedTuple):
    """A field of one of the objects of a case."""

    case: Case
    objects: list[Json]
    place: int
    path: Path

    @property
    def value(self) -> Any:
        return value_at(self.objects[self.place], self.path)

    def judged(self, changed: Json | None = None) -> tuple[Finding, ...]:
        """The findings with this object changed, or as it is."""
        objects = list(self.objects)
        objects[self.place] = objects[self.place] if changed is None else changed
        return judged(self.case, objects)

    def set(self, value: Any) -> tuple[Finding, ...]:
        return self.judged(with_value(self.objects[self.place], self.path, value))

    def unset(self) -> tuple[Finding, ...]:
        return self.judged(without(self.objects[self.place], self.path))


@st.composite
def some_field(draw: st.DrawFn, fit: Callable[[Any, Path], bool] = lambda value, path: True) -> Field:
    """A field that is fit by its value and path."""
    case = draw(st.sampled_from(SEEDS))
    objects = case.objects()
    place = draw(st.integers(0, len(objects) - 1))
    paths = [path for path in fields(objects[place]) if fit(value_at(objects[place], path), path)]
    assume(paths)
    return Field(case, objects, place, draw(st.sampled_from(paths)))


def _is_struct(value: Any, path: Path) -> bool:
    return isinstance(value, dict) and not in_map(path)


def _is_field_of_struct(value: Any, path: Path) -> bool:
    return isinstance(path[-1], str) and not in_map(path[:-1])


def _has_a_type(value: Any, path: Path) -> bool:
    return bool(of_another_type(value))


def met(findings: tuple[Finding, ...]) -> bool:
    return {finding.status for finding in findings} == {"pass"}


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(f.status, f.subject.name, f.message) for f in findings]


def test_objects_of_every_kind_that_is_read_are_tried() -> None:
    kinds = {kind for case in SEEDS for kind in _kinds_read(case) & {obj["kind"] for obj in case.objects()}}
    placing = {name for spec in catalogue().values() for name in spec.reads}
    assert {each.kind for each in resource_types().values() if each.name not in placing} - kinds == set()


def _kinds_read(case: Case) -> set[str]:
    row = load(case.profile).requirement(case.id)
    types = resource_types()
    return {types[name].kind for name in row.reads() if name in types} if row else set()


@pytest.mark.parametrize("case", [case for case in SEEDS if case.name in KINDS], ids=str)
def test_a_cluster_in_memory_is_judged_as_one_behind_http(case: Case) -> None:
    """But for the words of what could not be read."""
    expected = [(f["status"], f["subject"].partition(" ")[2], f["message"]) for f in case.findings]
    assert [_silent(each) for each in told(judged(case, case.objects()))] == [*map(_silent, expected)]


def _silent(finding: tuple[str, str, str]) -> tuple[str, str, str]:
    status, subject, message = finding
    return status, subject, "" if message.startswith("could not ") else message


@given(field=some_field(_is_struct))
@settings(max_examples=80)
def test_a_field_that_nobody_knows_changes_nothing(field: Field) -> None:
    assert field.set({**field.value, "unheardOf": {"x": ["y"]}}) == field.judged()


@given(field=some_field(_is_field_of_struct))
@settings(max_examples=80)
def test_null_stands_for_no_field(field: Field) -> None:
    assert told(field.set(None)) == told(field.unset())


@given(field=some_field(_has_a_type), data=st.data())
@settings(max_examples=200)
def test_a_value_of_another_type_makes_nothing_better(field: Field, data: st.DataObject) -> None:
    found = field.set(data.draw(st.sampled_from(of_another_type(field.value))))
    assert found
    assert all(finding.message and not _PYTHON.search(finding.message) for finding in found)
    assert met(field.judged()) or not met(found)


@given(field=some_field())
@settings(max_examples=80)
def test_what_is_missing_is_no_reason_to_stop(field: Field) -> None:
    found = field.unset()
    assert found
    assert all(finding.message and not _PYTHON.search(finding.message) for finding in found)


@pytest.mark.parametrize("case", [case for case in SEEDS if case.name == "pass"], ids=str)
def test_garbage_is_no_better_than_nothing(case: Case) -> None:
    """Objects whose every field is of another type, against a cluster that has none of them."""
    nodes = [obj for obj in case.objects() if obj["kind"] == "Node"]
    others = [
        obj for obj in case.objects() if obj["kind"] not in ("Node", "Secret")
    ]  # that it is there counts
    garbage = judged(case, [*nodes, *map(_garbled, others)])
    assert met(judged(case, nodes)) or not met(garbage)


def _garbled(obj: Json) -> Json:
    for path in [path for path in fields(obj) if len(path) == 1 or path == ("metadata", "labels")]:
        obj = with_value(obj, path, of_another_type(value_at(obj, path))[0])
    return obj
