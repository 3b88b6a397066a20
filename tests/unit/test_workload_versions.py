"""In which version a workload runs, and what is said of it."""

from typing import Any

import pytest

from orchestrator.checks.workloads import Workload
from tests.unit.builders import cluster, judge, row

BUILDS = {"v1-855e096": "1.7.0"}


def workload(image: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "metadata": {"name": "operator", "namespace": "ns", "labels": labels or {}},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"image": image}]}}},
        "status": {"readyReplicas": 1},
    }


@pytest.mark.parametrize(
    ("image", "labels", "version"),
    [
        ("operator:v1.7.0", {}, "v1.7.0"),
        ("registry.example:5000/operator:0.5@sha256:6f", {}, "0.5"),
        ("operator:v1-855e096", {}, "1.7.0"),
        ("operator:v1-0a1b2c3", {}, None),
        ("operator:5d9b948", {}, None),
        ("operator:5d9b948", {"app.kubernetes.io/version": "1.4.0"}, "1.4.0"),
        ("operator@sha256:6f", {"serving.knative.dev/release": "v1.2.0"}, "v1.2.0"),
        ("operator@sha256:6f", {"app.kubernetes.io/version": "release-v1.12"}, "v1.12"),
        ("operator:latest", {"app.kubernetes.io/version": "devel"}, None),
        ("operator", {}, None),
        ("postgres:16", {}, "16"),
        ("operator:v2", {}, "v2"),
    ],
)
def test_the_version_is_that_of_tag_or_label(image: str, labels: dict[str, str], version: str | None) -> None:
    found = Workload.model_validate({**workload(image, labels), "kind": "Deployment"}).version_of(
        ["*"], BUILDS
    )
    assert (str(found) if found else None) == version


@pytest.mark.parametrize(
    ("image", "expect", "status", "message"),
    [
        ("op:v1-855e096", {"version": "1.7"}, "pass", "Operator is 1.7.0"),
        ("op:v1-855e096", {"version": "1.8"}, "fail", "Operator is 1.7.0; supported: 1.8"),
        ("op:v1-855e096", {"recommended": "1.8"}, "warn", "Operator is 1.7.0; recommended: 1.8"),
        (
            "op:v1-855e096",
            {"version": ">=1.7", "recommended": "1.8"},
            "warn",
            "Operator is 1.7.0; recommended: 1.8",
        ),
        ("op:v1-0a1b2c3", {"version": "1.7"}, "unknown", "Operator runs in a version that cannot be told"),
        ("op:v1-0a1b2c3", {"recommended": "1.7"}, "warn", "Operator runs in a version that cannot be told"),
        ("op:v1-0a1b2c3", {}, "pass", "Operator runs"),
    ],
)
def test_what_is_said_of_it(image: str, expect: dict[str, str], status: str, message: str) -> None:
    requirement = row("workload", {"title": "Operator", "images": ["op"], "builds": BUILDS, **expect})
    verdicts = judge(requirement, cluster(objects={"deployments": (workload(image),)}))
    assert [(each.status, each.message) for each in verdicts] == [(status, message)]
