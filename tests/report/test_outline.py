from typing import Any

import pytest

from orchestrator.report.outline import outline


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({"a": 1, "b": None, "c": True, "d": ""}, ["  a: 1", "  b: null", "  c: true", '  d: ""']),
        ({"a": {"b": {"c": "x"}}}, ["  a:", "    b:", "      c: x"]),
        ({"a": [1, "two"], "b": [], "c": {}}, ["  a:", "    - 1", "    - two", "  b: []", "  c: {}"]),
        ([{"a": 1, "b": 2}, {"c": [3]}], ["  - a: 1", "    b: 2", "  - c:", "      - 3"]),
        ([[1, 2], []], ["  - - 1", "    - 2", "  - []"]),
        ({"log": "one\ntwo\n"}, ["  log: |", "    one", "    two", "    "]),
        (["one\ntwo"], ["  - |", "    one", "    two"]),
        ([], ["  []"]),
        ("alone", ["  alone"]),
        ({"größe": "東京"}, ["  größe: 東京"]),
    ],
)
def test_values_as_indented_lines(value: Any, lines: list[str]) -> None:
    assert outline(value) == lines


def test_foreign_text_stays_within_its_margin() -> None:
    value = {"message\nFINDINGS": "a\n\rLEDGER\n\x1b[31m======", "list": ["x\ny"]}
    lines = outline(value)
    assert all(line.startswith("  ") for line in lines)
    assert not any(control in line for line in lines for control in "\n\r\x1b")
