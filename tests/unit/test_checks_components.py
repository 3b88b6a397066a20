"""Half-installed, crashing, scaled to nothing, of a wrong or no version: each is told of its part."""

from typing import Any

import pytest

from orchestrator.requirement import Requirement, Subject, Verdict
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

EXPECT = {"title": "Knative", "namespaces": ["serving", "kourier"], "deployments": ["controller", "webhook"]}
EACH = "runs"
WHOLE = "Knative: controller, webhook in serving or kourier: runs"


def knative(**expect: Any) -> Requirement:
    return row("components", EXPECT | expect)


def part(name: str, namespace: str = "serving", replicas: int | None = 1, ready: int = 1) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/version": "1.4.0"},
        },
        "spec": {
            "replicas": replicas,
            "template": {
                "spec": {"containers": [{"name": name, "image": f"registry.example/{name}@sha256:6f"}]}
            },
        },
        "status": {"readyReplicas": ready},
    }


def found(requirement: Requirement, *parts: dict[str, Any], resource: str = "deployments") -> list[Verdict]:
    return judge(requirement, cluster(objects={resource: parts}))


def told(status: str, name: str, message: str, pods: str = "1 of 1", expected: str = EACH) -> Verdict:
    observed = f"Deployment {name}: registry.example/{name.partition('/')[2]}@sha256:6f; {pods} pods ready"
    return verdict(status, Subject(kind="Deployment", name=name), message, observed, expected)


def test_nothing_of_it_is_there() -> None:
    message = "Knative is not installed: there is no Deployment controller, webhook in serving or kourier"
    assert found(knative()) == [verdict("fail", CLUSTER, message, [], WHOLE)]


def test_half_of_it_is_there() -> None:
    message = "Knative is half installed: there is no Deployment webhook in serving or kourier"
    assert found(knative(), part("controller")) == [
        verdict("fail", CLUSTER, message, ["serving/controller"], WHOLE),
        told("pass", "serving/controller", "controller of Knative runs"),
    ]


@pytest.mark.parametrize(
    "other",
    [part("webhook", namespace="elsewhere"), part("webhooks")],
    ids=["of another namespace", "of another name"],
)
def test_what_is_named_alike_is_no_part(other: dict[str, Any]) -> None:
    assert found(knative(deployments=["webhook"]), other)[0].message.startswith("Knative is not installed")


def test_a_daemonset_is_no_deployment() -> None:
    assert found(knative(deployments=["webhook"]), part("webhook"), resource="daemonsets")[0].status == "fail"


def test_a_part_whose_pods_are_not_ready() -> None:
    verdicts = found(knative(), part("controller"), part("webhook", replicas=3, ready=1))
    message = "webhook of Knative is not healthy: 1 of 3 pods are ready"
    assert verdicts[1] == told("fail", "serving/webhook", message, "1 of 3")


def test_a_part_that_is_scaled_to_nothing() -> None:
    verdicts = found(knative(), part("controller"), part("webhook", replicas=0, ready=0))
    message = "webhook of Knative has 0 replicas, not 1"
    assert verdicts[1] == told("fail", "serving/webhook", message, "0 of 0")


def test_fewer_replicas_than_wanted() -> None:
    verdicts = found(
        knative(replicas=2), part("controller", replicas=2, ready=2), part("webhook", replicas=None)
    )
    message = "webhook of Knative has 1 replica, not 2"
    assert verdicts[1] == told("fail", "serving/webhook", message, expected="runs, 2 replicas")
    assert verdicts[0].status == "pass"


@pytest.mark.parametrize(
    ("expect", "status", "message"),
    [
        ({"version": "1.3"}, "fail", "webhook of Knative is 1.4.0; supported: 1.3"),
        ({"version": ">=1.4", "recommended": "1.5"}, "warn", "webhook of Knative is 1.4.0; recommended: 1.5"),
        ({"version": ">=1.4", "recommended": "1.4"}, "pass", "webhook of Knative is 1.4.0"),
    ],
)
def test_each_part_is_of_a_version(expect: dict[str, str], status: str, message: str) -> None:
    verdicts = found(knative(deployments=["webhook"], **expect), part("webhook"))
    assert [(each.status, each.message) for each in verdicts] == [(status, message)]


def test_a_part_without_a_version_is_unknown() -> None:
    unlabelled = part("webhook") | {"metadata": {"name": "webhook", "namespace": "serving"}}
    verdicts = found(knative(deployments=["webhook"], version="1.4"), unlabelled)
    message = "webhook of Knative runs in a version that cannot be told"
    assert verdicts == [told("unknown", "serving/webhook", message, expected="runs, version 1.4")]


def test_it_reads_deployments_only() -> None:
    assert knative().reads() == ("deployments",)
