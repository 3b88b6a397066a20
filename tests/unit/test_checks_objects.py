"""The check `objects`, and how a profile says what a field must be."""

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.checks.matcher import Matcher
from orchestrator.evidence import Evidence
from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

POLICY = Subject(kind="ClusterPolicy", name="one")
STATE = "status.state"


def policy(name: str = "one", state: Any = "ready", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": spec, "status": {"state": state}}


def policies(*found: dict[str, Any]) -> Evidence:
    return cluster(objects={"clusterpolicies": found})


def judged(seen: Evidence, **expect: Any) -> list[Verdict]:
    return judge(row("objects", {"resource": "clusterpolicies", **expect}), seen)


def test_there_is_none() -> None:
    expected = "at least 1 ClusterPolicy: status.state ready"
    assert judged(policies(), each={STATE: "ready"}) == [
        verdict("fail", CLUSTER, "there is no ClusterPolicy", [], expected)
    ]


def test_there_are_too_few() -> None:
    message = "there is only 1 ClusterPolicy, not 2"
    assert judged(policies(policy()), atLeast=2) == [
        verdict("fail", CLUSTER, message, ["one"], "at least 2 ClusterPolicy")
    ]


def test_there_are_too_many() -> None:
    message = "there is 2 of ClusterPolicy, more than the 1 that may be"
    assert judged(policies(policy(), policy("two")), atMost=1) == [
        verdict("fail", CLUSTER, message, ["one", "two"], "at least 1, at most 1 ClusterPolicy")
    ]


def test_there_is_one_and_none_may_be() -> None:
    expected = "at least 0, at most 0 ClusterPolicy with status.state ignored"
    message = "there is 1 ClusterPolicy with status.state ignored, and none may be"
    seen = policies(policy(), policy("two", "ignored"))
    assert judged(seen, where={STATE: "ignored"}, atMost=0) == [
        verdict("fail", CLUSTER, message, ["two"], expected)
    ]


def test_a_field_is_otherwise_than_it_must_be() -> None:
    each = {STATE: "ready", "spec.driver.enabled": False}
    (found,) = judged(policies(policy(driver={"enabled": True}, state="notReady")), each=each)
    assert found == verdict(
        "fail",
        POLICY,
        "status.state is notReady, expected: ready; spec.driver.enabled is true, expected: false",
        {STATE: "notReady", "spec.driver.enabled": True},
        {STATE: "ready", "spec.driver.enabled": "false"},
    )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "spec.driver.enabled is not set, expected: false"),
        ({"driver": None}, "spec.driver.enabled is not set, expected: false"),
        ({"driver": []}, "spec.driver.enabled is not set, expected: false"),
        ({"driver": {"enabled": None}}, "spec.driver.enabled is not set, expected: false"),
        ({"driver": {"enabled": "false"}}, 'spec.driver.enabled is "false", expected: false'),
        ({"driver": {"enabled": 0}}, "spec.driver.enabled is 0, expected: false"),
    ],
)
def test_a_field_that_is_missing_or_of_another_type(spec: dict[str, Any], message: str) -> None:
    (found,) = judged(policies(policy(**spec)), each={"spec.driver.enabled": False})
    assert (found.status, found.message) == ("fail", message)


def test_each_object_is_judged() -> None:
    seen = policies(policy(), policy("two", "ignored"))
    assert judged(seen, each={STATE: "ready"}) == [
        verdict("pass", POLICY, "status.state is ready", {STATE: "ready"}, {STATE: "ready"}),
        verdict(
            "fail",
            Subject(kind="ClusterPolicy", name="two"),
            "status.state is ignored, expected: ready",
            {STATE: "ignored"},
            {STATE: "ready"},
        ),
    ]


def test_objects_that_only_have_to_be_there() -> None:
    assert judged(policies(policy(), policy("two"))) == [
        verdict("pass", CLUSTER, "there is 2 of ClusterPolicy", ["one", "two"])
    ]


def test_none_there_as_it_must_be() -> None:
    assert judged(policies(), atMost=0) == [verdict("pass", CLUSTER, "there is no ClusterPolicy", [])]


def test_the_one_object_that_is_looked_for_is_named() -> None:
    (found,) = judge(row("objects", {"resource": "pull-secret"}), cluster(objects={"pull-secret": ()}))
    assert found.message == "there is no Secret runai-backend/runai-reg-creds"


def test_an_object_in_a_namespace_is_named_with_it() -> None:
    found = {"metadata": {"name": "quota", "namespace": "gpu-operator"}}
    requirement = row("objects", {"resource": "resourcequotas"})
    (judgement,) = judge(requirement, cluster(objects={"resourcequotas": (found,)}))
    assert judgement.observed == ["gpu-operator/quota"]


@pytest.mark.parametrize(
    ("expect", "why"),
    [
        ({"resource": "policies"}, "nothing is read that is called 'policies'; there are daemonsets, "),
        (
            {"each": {"spec.daemonsets": "x"}},
            "the inventory keeps no field spec.daemonsets of clusterpolicies",
        ),
        ({"where": {"spec..mig": "x"}}, "'spec..mig' is not the path of a field such as spec.driver.enabled"),
        ({"each": {STATE: {}}}, "this says nothing of the field, so any value would do"),
        ({"atLeast": 1, "atMost": 0}, "there cannot be at least 1 and at most 0"),
    ],
)
def test_a_row_that_could_not_be_judged(expect: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as raised:
        judged(cluster(), **expect)
    assert why in str(raised.value)


def test_what_it_reads() -> None:
    assert row("objects", {"resource": "clusterpolicies"}).reads() == ("clusterpolicies",)


ENV = [{"name": "SOCKET", "value": "a"}, {"name": "CONFIG", "value": "b", "valueFrom": None}]
SCOPES = [{"operator": "In", "values": ["low", "high"]}]


@pytest.mark.parametrize(
    ("told", "value", "holds", "words"),
    [
        ({"is": "a"}, "a", True, "a"),
        ({"is": "a"}, "A", False, "a"),
        ({"is": True}, 1, False, "true"),
        ({"is": None}, None, True, "not set"),
        ({"is": None}, "", False, "not set"),
        ({"is": ["a", 1]}, ["a", 1], True, "[a, 1]"),
        ({"any": ["a", "b"]}, "b", True, "a or b"),
        ({"any": ["a", "b"]}, None, False, "a or b"),
        ({"not": ["a", None]}, None, False, "not a or not set"),
        ({"not": ["a"]}, "b", True, "not a"),
        ({"not": ["a"]}, None, True, "not a"),
        ({"not": ["a"]}, ["a"], False, "not a"),
        ({"set": True}, "", True, "set"),
        ({"set": True}, None, False, "set"),
        ({"set": False}, 0, False, "not set"),
        ({"glob": "a*"}, "ab", True, "like a*"),
        ({"glob": "*"}, None, False, "like *"),
        ({"glob": "1*"}, 10, False, "like 1*"),
        ({"has": "a"}, ["b", "a"], True, "a list with a"),
        ({"has": "a"}, "a", False, "a list with a"),
        ({"has": "a"}, None, False, "a list with a"),
        ({"has": 1}, [True], False, "a list with 1"),
        (
            {"has": {"name": "CONFIG", "value": "b"}},
            ENV,
            True,
            "a list with {name: CONFIG, value: b}",
        ),
        (
            {"has": {"name": "SOCKET", "value": "b"}},
            ENV,
            False,
            "a list with {name: SOCKET, value: b}",
        ),
        ({"has": {"name": "CONFIG"}}, ["CONFIG"], False, "a list with {name: CONFIG}"),
        ({"has": {"values": ["high", "low"]}}, SCOPES, True, "a list with {values: [high, low]}"),
        ({"has": {"values": ["high", "top"]}}, SCOPES, False, "a list with {values: [high, top]}"),
        ({"has": {"operator": ["In"]}}, SCOPES, False, "a list with {operator: [In]}"),
        ({"range": ">=1.9"}, "v1.10.1", True, "1.9 or later"),
        ({"range": ">=1.9"}, "1.8", False, "1.9 or later"),
        ({"range": ">=1.9"}, "latest", False, "1.9 or later"),
        ({"range": ">=1.9"}, None, False, "1.9 or later"),
        ({"glob": "a*", "not": ["ab"]}, "ab", False, "not ab, like a*"),
        ({"glob": "a*", "not": ["ab"]}, "ac", True, "not ab, like a*"),
    ],
)
def test_what_a_field_must_be(told: dict[str, Any], value: Any, holds: bool, words: str) -> None:
    matcher = Matcher.model_validate(told)
    assert (matcher.admits(value), str(matcher)) == (holds, words)
