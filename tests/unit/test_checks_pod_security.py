"""The checks `pod-security` and `pod-security-policies`."""

from typing import Any

import pytest

from orchestrator.evidence import Evidence
from orchestrator.requirement import Subject
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

PREFIX = "pod-security.kubernetes.io/"
ROW = row("pod-security", {"namespaces": ["runai", "runai-*"]})
LABELLED = row("pod-security", {"namespaces": ["runai"], "labelled": ["enforce", "warn"]})
EXPECTED = f"{PREFIX}enforce=privileged, or no such label"
BOTH = f"{PREFIX}enforce=privileged, {PREFIX}warn=privileged"
UNSEEN = "the cluster's own default holds there, which the API does not show"


def labelled(**namespaces: dict[str, str]) -> Evidence:
    objects = tuple(
        {
            "metadata": {
                "name": name.replace("_", "-"),
                "labels": {"team": "ml", **{PREFIX + mode: level for mode, level in modes.items()}},
            }
        }
        for name, modes in namespaces.items()
    )
    return cluster(objects={"namespace-labels": objects})


def namespace(name: str) -> Subject:
    return Subject(kind="Namespace", name=name)


def test_levels_that_refuse() -> None:
    seen = labelled(runai_backend={"enforce": "restricted"}, runai={"enforce": "baseline"})
    assert judge(ROW, seen) == [
        verdict(
            "fail",
            namespace(name),
            f"it enforces the level {level}, which refuses privileged pods",
            {f"{PREFIX}enforce": level},
            EXPECTED,
        )
        for name, level in (("runai", "baseline"), ("runai-backend", "restricted"))
    ]


def test_levels_that_do_not() -> None:
    assert judge(ROW, labelled(runai={"enforce": "privileged"}, runai_a={"warn": "restricted"})) == [
        verdict(
            "pass",
            namespace("runai"),
            "it lets privileged pods in",
            {f"{PREFIX}enforce": "privileged"},
            EXPECTED,
        ),
        verdict(
            "pass",
            namespace("runai-a"),
            f"it enforces no level of its own; {UNSEEN}",
            {f"{PREFIX}warn": "restricted"},
            EXPECTED,
        ),
    ]


def test_no_such_namespace_yet() -> None:
    message = f"there is no namespace runai, runai-* yet; {UNSEEN}"
    assert judge(ROW, labelled(default={"enforce": "restricted"})) == [
        verdict("pass", CLUSTER, message, None, EXPECTED)
    ]


def test_labels_that_must_be_there() -> None:
    message = f"{PREFIX}enforce is restricted, not privileged; {PREFIX}warn is not set, not privileged"
    assert judge(LABELLED, labelled(runai={"enforce": "restricted"})) == [
        verdict("fail", namespace("runai"), message, {f"{PREFIX}enforce": "restricted"}, BOTH)
    ]
    (found,) = judge(LABELLED, labelled(runai={"enforce": "privileged", "warn": "privileged"}))
    assert (found.status, found.message) == ("pass", "it lets privileged pods in")


def test_a_namespace_that_must_be_labelled_and_is_not_there() -> None:
    message = "it is not there yet: make it, with its labels, before you install"
    assert judge(LABELLED, labelled()) == [verdict("fail", namespace("runai"), message, {}, BOTH)]


def policies(**privileged: bool | None) -> Evidence:
    objects = tuple(
        {"metadata": {"name": name}, "spec": {"privileged": allowed}} for name, allowed in privileged.items()
    )
    return cluster(objects={"podsecuritypolicies": objects})


@pytest.mark.parametrize(
    ("supported", "found", "status", "message"),
    [
        (True, {}, "pass", "there are no pod security policies"),
        (False, {}, "pass", "there are no pod security policies"),
        (True, {"strict": None}, "fail", "no pod security policy lets privileged pods run: strict"),
        (
            True,
            {"free": True, "strict": False},
            "pass",
            "there are pod security policies; privileged pods may run under free",
        ),
        (
            False,
            {"free": True, "strict": False},
            "fail",
            "this release does not support policies that restrict pods: strict",
        ),
        (
            False,
            {"free": True},
            "pass",
            "there are pod security policies; privileged pods may run under free",
        ),
    ],
)
def test_pod_security_policies(supported: bool, found: dict[str, Any], status: str, message: str) -> None:
    expected = "none, or one that lets privileged pods run" if supported else "none that restricts"
    rule = row("pod-security-policies", {"supported": supported})
    assert judge(rule, policies(**found)) == [verdict(status, CLUSTER, message, list(found), expected)]


def test_what_they_read() -> None:
    assert ROW.reads() == ("namespace-labels",)
    assert row("pod-security-policies", {"supported": True}).reads() == ("podsecuritypolicies",)
