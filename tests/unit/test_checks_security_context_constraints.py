"""Root on OpenShift: constraints that forbid it, and such as allow it to others."""

from typing import Any

import pytest

from orchestrator.report.expectation import expectation
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

GRANTED = ["system:authenticated", "system:serviceaccounts:runai-*", "system:serviceaccount:runai-*"]
REQUIREMENT = row("security-context-constraints", {"granted": GRANTED})
REFUSED = "none of the expected users and groups may run pods as root"


def constraints(name: str, run_as: str | None = "RunAsAny", **whom: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "runAsUser": {"type": run_as}, **whom}


def binding(name: str, *subjects: dict[str, str]) -> dict[str, Any]:
    return {"roleRef": {"name": f"system:openshift:scc:{name}"}, "subjects": subjects or None}


def judged(of: list[dict[str, Any]], bindings: list[dict[str, Any]]) -> Any:
    objects = {"securitycontextconstraints": tuple(of), "clusterrolebindings": tuple(bindings)}
    return judge(REQUIREMENT, cluster(objects=objects))


@pytest.mark.parametrize(
    "of", [[], [constraints("restricted", "MustRunAsRange", groups=["system:authenticated"])]]
)
def test_no_constraints_let_pods_run_as_root(of: list[dict[str, Any]]) -> None:
    message = f"{REFUSED}; no SecurityContextConstraints would let them"
    assert judged(of, [binding("restricted", {"kind": "Group", "name": "system:authenticated"})]) == [
        verdict("fail", CLUSTER, message, {}, GRANTED)
    ]


def test_only_others_may_use_them() -> None:
    of = [constraints("anyuid", groups=["system:cluster-admins"], users=None), constraints("privileged")]
    bound = [
        binding("anyuid", {"kind": "ServiceAccount", "namespace": "gitlab", "name": "runner"}),
        binding("nonroot", {"kind": "Group", "name": "system:authenticated"}),
        binding("privileged"),
    ]
    observed = {"anyuid": ["system:cluster-admins", "system:serviceaccount:gitlab:runner"], "privileged": []}
    message = f"{REFUSED}; anyuid, privileged would let them"
    assert judged(of, bound) == [verdict("fail", CLUSTER, message, observed, GRANTED)]


@pytest.mark.parametrize(
    ("whom", "subject", "name"),
    [
        ({"groups": ["system:authenticated"]}, None, "system:authenticated"),
        ({"users": ["system:serviceaccount:runai-a:default"]}, None, "system:serviceaccount:runai-a:default"),
        ({}, {"kind": "Group", "name": "system:serviceaccounts:runai-a"}, "system:serviceaccounts:runai-a"),
        (
            {},
            {"kind": "ServiceAccount", "namespace": "runai-a", "name": "default"},
            "system:serviceaccount:runai-a:default",
        ),
    ],
)
def test_they_are_granted(whom: dict[str, Any], subject: dict[str, str] | None, name: str) -> None:
    bound = [binding("anyuid", subject)] if subject else []
    message = f"anyuid lets {name} run as root"
    assert judged([constraints("anyuid", **whom)], bound) == [
        verdict("pass", CLUSTER, message, {"anyuid": [name]}, GRANTED)
    ]


def test_what_it_expects_in_words() -> None:
    assert expectation(REQUIREMENT) == f"root for one of {', '.join(GRANTED)}"
