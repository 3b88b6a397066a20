"""Conditions: yes, no, or cannot tell, each with its words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.condition import Condition, Facts

EKS = Facts(
    distribution="eks",
    kubernetes="v1.23.17-eks-0a21954",
    features=frozenset({"production"}),
    given=frozenset({"domain"}),
)
OPENSHIFT = Facts(distribution="openshift", kubernetes="v1.23.5", openshift="4.10.3")
UNTOLD = Facts()


def decide(raw: dict[str, Any], facts: Facts) -> tuple[bool | None, str]:
    answer = Condition.model_validate(raw).decide(facts)
    return answer.holds, answer.words


EITHER = [{"distribution": "gke"}, {"feature": "production"}]
CASES: list[tuple[dict[str, Any], Facts, bool | None, str]] = [
    ({}, UNTOLD, True, ""),
    ({"distribution": "eks"}, EKS, True, "the distribution is eks"),
    ({"distribution": ["gke", "eks"]}, EKS, True, "the distribution is eks"),
    ({"distribution": "gke"}, EKS, False, "the distribution is eks"),
    ({"distribution": "gke"}, UNTOLD, None, "the distribution could not be told"),
    ({"feature": "production"}, EKS, True, "feature production is asked for"),
    ({"feature": ["b", "a"]}, EKS, False, "feature b or a is not asked for"),
    ({"kubernetes": ">=1.22"}, EKS, True, "Kubernetes is v1.23.17-eks-0a21954"),
    ({"kubernetes": "<1.22"}, EKS, False, "Kubernetes is v1.23.17-eks-0a21954"),
    ({"kubernetes": "<1.22"}, UNTOLD, None, "the version of Kubernetes could not be told"),
    ({"openshift": ">=4.8"}, OPENSHIFT, True, "OpenShift is 4.10.3"),
    ({"openshift": ">=4.8"}, EKS, False, "the distribution is eks"),
    ({"openshift": ">=4.8"}, UNTOLD, None, "the version of OpenShift could not be told"),
    ({"given": "domain"}, EKS, True, "--domain is given"),
    ({"given": "cluster-domain"}, EKS, False, "--cluster-domain is not given"),
    ({"given": "domain"}, UNTOLD, False, "--domain is not given"),
    ({"not": {"given": "domain"}}, EKS, False, "--domain is given"),
    ({"not": {"distribution": "eks"}}, EKS, False, "the distribution is eks"),
    ({"not": {"distribution": "gke"}}, EKS, True, "the distribution is eks"),
    ({"not": {"distribution": "gke"}}, UNTOLD, None, "the distribution could not be told"),
    (
        {"distribution": "eks", "feature": "production"},
        EKS,
        True,
        "the distribution is eks and feature production is asked for",
    ),
    ({"distribution": "gke", "feature": "x"}, UNTOLD, False, "feature x is not asked for"),
    (
        {"distribution": "gke", "kubernetes": ">=1.1"},
        UNTOLD,
        None,
        "the distribution could not be told and the version of Kubernetes could not be told",
    ),
    ({"any": EITHER}, EKS, True, "feature production is asked for"),
    (
        {"any": EITHER},
        OPENSHIFT,
        False,
        "the distribution is openshift and feature production is not asked for",
    ),
    ({"any": EITHER}, UNTOLD, None, "the distribution could not be told"),
]


@pytest.mark.parametrize(("raw", "facts", "holds", "words"), CASES)
def test_a_condition_is_decided_and_told(
    raw: dict[str, Any], facts: Facts, holds: bool | None, words: str
) -> None:
    assert decide(raw, facts) == (holds, words)


def test_of_several_features_the_first_by_name_is_told() -> None:
    facts = Facts(features=frozenset("hgfedcba"))
    assert decide({"feature": list("hgfedcb")}, facts) == (True, "feature b is asked for")


def test_names_are_found_however_deep_they_stand() -> None:
    condition = Condition.model_validate(
        {"feature": "a", "any": [{"feature": ["b"], "distribution": "eks"}, {"not": {"feature": "c"}}]}
    )
    assert list(condition.features()) == ["a", "b", "c"]
    assert list(condition.distributions()) == ["eks"]


def test_not_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="`not` of an empty condition never holds"):
        Condition.model_validate({"not": {}})


def test_a_key_that_is_no_condition_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Condition.model_validate({"distributon": "eks"})


leaves = st.fixed_dictionaries(
    {},
    optional={
        "distribution": st.sampled_from(["eks", "gke", ["eks", "openshift"]]),
        "feature": st.sampled_from(["production", "other"]),
        "kubernetes": st.sampled_from([">=1.22", "<1.22"]),
        "openshift": st.just(">=4.8"),
    },
).filter(bool)
conditions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda one: {"not": one}, inner)
        | st.builds(lambda some: {"any": some}, st.lists(inner, min_size=1, max_size=3))
    ),
    max_leaves=6,
)


@given(conditions, st.sampled_from([EKS, OPENSHIFT, UNTOLD]))
def test_every_answer_has_words_and_not_turns_it_round(raw: dict[str, Any], facts: Facts) -> None:
    holds, words = decide(raw, facts)
    turned, same_words = decide({"not": raw}, facts)
    assert words
    assert same_words == words
    assert turned is (None if holds is None else not holds)


@given(conditions)
def test_more_facts_never_change_an_answer_to_the_contrary(raw: dict[str, Any]) -> None:
    before = decide(raw, Facts(features=EKS.features))[0]
    assert before in (None, decide(raw, EKS)[0])
