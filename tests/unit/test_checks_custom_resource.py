"""Not defined, being deleted, not established or served in another version: none of these will do."""

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.inventory.resources import resource_types
from orchestrator.report.expectation import expectation
from orchestrator.requirement import Requirement, Subject, Verdict
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

MPIJOBS = Subject(kind="CustomResourceDefinition", name="mpijobs.kubeflow.org")
ESTABLISHED = {"type": "Established", "status": "True"}


def mpijobs(version: str = "v2beta1") -> Requirement:
    return row("custom-resource", {"definitions": ["crd-mpijobs"], "version": version})


def definition(**versions: bool) -> dict[str, Any]:
    return {
        "metadata": {"name": "mpijobs.kubeflow.org"},
        "spec": {"versions": [{"name": name, "served": served} for name, served in versions.items()]},
        "status": {"conditions": [ESTABLISHED]},
    }


def found(requirement: Requirement, **objects: list[dict[str, Any]]) -> list[Verdict]:
    return judge(
        requirement, cluster(objects={name.replace("_", "-"): tuple(o) for name, o in objects.items()})
    )


def test_it_is_not_defined() -> None:
    message = "there is no CustomResourceDefinition mpijobs.kubeflow.org"
    assert found(mpijobs(), crd_mpijobs=[]) == [verdict("fail", CLUSTER, message, None, "v2beta1")]


def test_it_is_being_deleted() -> None:
    going = definition(v2beta1=True)
    going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z"
    expected = verdict("fail", MPIJOBS, "is being deleted", ["v2beta1"], "v2beta1")
    assert found(mpijobs(), crd_mpijobs=[going]) == [expected]


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        (None, ""),
        ([], ""),
        ([{"type": "Established", "status": "False", "message": "not all names are accepted"}],
         ": not all names are accepted"),
        ([{"type": "Established", "status": "False", "message": "not all names are accepted"},
          {"type": "NamesAccepted", "status": "False", "message": '"MPIJob" is already in use'}],
         ': "MPIJob" is already in use'),
    ],
    ids=["null", "none", "not established", "names taken"],
)  # fmt: skip
def test_it_is_not_established(conditions: list[dict[str, str]] | None, why: str) -> None:
    half = definition(v2beta1=True) | {"status": {"conditions": conditions}}
    expected = verdict("fail", MPIJOBS, f"is not established{why}", ["v2beta1"], "v2beta1")
    assert found(mpijobs(), crd_mpijobs=[half]) == [expected]


@pytest.mark.parametrize(
    ("versions", "message", "observed"),
    [
        ({"v1": True}, "serves v1, not v2beta1", ["v1"]),
        ({"v1": True, "v2beta1": False}, "serves v1, not v2beta1", ["v1"]),
        (
            {"v1alpha1": True, "v1alpha2": True},
            "serves v1alpha1, v1alpha2, not v2beta1",
            ["v1alpha1", "v1alpha2"],
        ),
        ({}, "serves no version, not v2beta1", []),
    ],
)
def test_it_is_served_in_another_version(
    versions: dict[str, bool], message: str, observed: list[str]
) -> None:
    expected = verdict("fail", MPIJOBS, message, observed, "v2beta1")
    assert found(mpijobs(), crd_mpijobs=[definition(**versions)]) == [expected]


def test_it_is_served() -> None:
    expected = verdict("pass", MPIJOBS, "serves v2beta1", ["v1", "v2beta1"], "v2beta1")
    assert found(mpijobs(), crd_mpijobs=[definition(v1=True, v2beta1=True)]) == [expected]


def test_each_definition_has_a_finding() -> None:
    both = row("custom-resource", {"definitions": ["crd-tfjobs", "crd-mpijobs"], "version": "v1"})
    verdicts = found(both, crd_mpijobs=[definition(v1=True)])
    assert [each.status for each in verdicts] == ["fail", "pass"]
    assert both.reads() == ("crd-tfjobs", "crd-mpijobs")
    assert expectation(both) == "tfjobs.kubeflow.org, mpijobs.kubeflow.org in v1"


@pytest.mark.parametrize("name", ["deployments", "knative-features"])
def test_only_single_definitions_can_be_asked_for(name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name} is not one CustomResourceDefinition"):
        row("custom-resource", {"definitions": [name], "version": "v1"})


def test_definitions_are_never_listed_as_a_cluster_may_have_ten_thousand() -> None:
    kinds = [kind for kind in resource_types().values() if kind.resource == "customresourcedefinitions"]
    assert kinds
    assert {kind.verb for kind in kinds} == {"get"}
