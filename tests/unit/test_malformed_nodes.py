"""What cannot be said of a cluster while one of its nodes cannot be understood."""

from typing import Any

import pytest

from orchestrator.inventory.model import Malformed
from tests.unit.builders import cluster, judge, row

UNCLEAR = cluster(malformed=(Malformed(name="n1", message="status: Input should be a mapping"),))
SIZE = {"cpu": 4, "memory": "8G"}


@pytest.mark.parametrize(
    ("check", "expect"),
    [
        ("control-plane", None),
        ("gpu-nodes", None),
        ("node-os", {"title": "Linux"}),
        ("nodes-ready", None),
        ("worker-nodes", SIZE),
    ],
)
def test_nothing_is_said_of_all_nodes(check: str, expect: dict[str, Any] | None) -> None:
    """That this node is unknown is told by evaluate."""
    assert judge(row(check, expect), UNCLEAR) == []


def test_whether_there_are_enough_nodes_is_unknown_while_it_might_be_one() -> None:
    expect = {**SIZE, "disk": "50G"}
    (one,) = judge(row("system-nodes", {**expect, "count": 1}), UNCLEAR)
    (two,) = judge(row("system-nodes", {**expect, "count": 2}), UNCLEAR)
    assert (one.status, two.status) == ("unknown", "fail")
