"""Arguments that are lacking, and some that must not be there."""

from typing import Any

import pytest

from orchestrator.requirement import Requirement, Subject
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

EXPECT = {
    "title": "Operator",
    "images": ["*/operator"],
    "needed": ["--on=a", "--on=b*"],
    "refused": ["--on=x*"],
}
EXPECTED = "Operator: with --on=a --on=b*, without --on=x*"
SUBJECT = Subject(kind="Deployment", name="ns/operator")


def operator(**expect: Any) -> Requirement:
    return row("arguments", EXPECT | expect)


def deployment(args: list[str] | None, image: str = "registry.example/operator:v1.2") -> dict[str, Any]:
    containers = [{"name": "proxy", "image": "proxy:1", "args": ["--on=x"]}, {"image": image, "args": args}]
    return {
        "metadata": {"name": "operator", "namespace": "ns"},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "Operator is started without --on=a --on=b*"),
        (["--on=a"], "Operator is started without --on=b*"),
        (["--on=a", "--on=b", "--on=x1"], "Operator is started with --on=x1"),
        (["--on=b", "--on=x"], "Operator is started without --on=a and with --on=x"),
    ],
)
def test_it_is_started_otherwise(given: list[str] | None, message: str) -> None:
    seen = cluster(objects={"deployments": (deployment(given),)})
    assert judge(operator(), seen) == [verdict("fail", SUBJECT, message, given or [], EXPECTED)]


def test_it_is_started_as_it_must_be() -> None:
    given = ["--on=a", "--on=b2", "--verbose"]
    seen = cluster(objects={"deployments": (deployment(given),)})
    expected = verdict("pass", SUBJECT, "Operator is started as it must be", given, EXPECTED)
    assert judge(operator(), seen) == [expected]


def test_it_does_not_run() -> None:
    seen = cluster(objects={"deployments": (deployment([], image="registry.example/operators:v1"),)})
    expected = verdict("fail", CLUSTER, "Operator does not run", None, "Operator: with --on=a --on=b*")
    assert judge(operator(refused=[]), seen) == [expected]
