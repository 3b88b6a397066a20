"""Paths of fields."""

from typing import Any

import pytest

from orchestrator.fields import FieldPath

OBJECT = {"spec": {"mig": {"strategy": "mixed"}}, "data": {"a.b/c": "x"}, "list": [{"a": 1}]}


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[b", "a]", "a[]", "a[b]c", "a[[b]]", "a.[b]"]
)
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(ValueError, match="is not the path of a field such as"):
        FieldPath.parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("spec.mig.strategy", "mixed"),
        ("spec.mig", {"strategy": "mixed"}),
        ("data[a.b/c]", "x"),
        ("spec.mig.strategy.more", None),
        ("spec.missing.strategy", None),
        ("list.a", None),
    ],
)
def test_the_value_at_a_path(text: str, value: Any) -> None:
    assert FieldPath.parse(text).of(OBJECT) == value


def test_what_is_no_object_has_no_fields() -> None:
    assert [FieldPath.parse("a").of(value) for value in (None, "a", ["a"], 1)] == [None] * 4
