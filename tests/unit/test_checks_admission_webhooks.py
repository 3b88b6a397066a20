"""The check `admission-webhooks`, and what admission control intercepts."""

from typing import Any

import pytest

from orchestrator.checks.selectors import LabelSelector
from orchestrator.evidence import Evidence
from orchestrator.requirement import Subject
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

Json = dict[str, Any]
ROW = row(
    "admission-webhooks", {"resources": ["pods", "apps/deployments"], "namespaces": ["runai", "gpu-operator"]}
)
EXPECTED = "its Service has ready pods, or its failurePolicy is Ignore"
ALL = {"apiGroups": ["*"], "operations": ["*"], "resources": ["*"], "scope": "*"}
SUBJECT = Subject(kind="ValidatingWebhookConfiguration", name="guard")
SERVICE = {"metadata": {"namespace": "guard", "name": "guard-svc"}}
READY = {**SERVICE, "subsets": [{"addresses": [{}, {}]}]}
ANSWERED = "every webhook that must admit Run:ai's objects has ready pods or is outside the cluster"
NONE = "no webhook must admit Run:ai's objects"


def hook(**fields: Any) -> Json:
    client = {"service": {"namespace": "guard", "name": "guard-svc"}}
    return {"name": "v.guard.io", "failurePolicy": "Fail", "clientConfig": client, "rules": [ALL], **fields}


def guarded(
    *webhooks: Json,
    kind: str = "validating",
    services: tuple[Json, ...] = (),
    endpoints: tuple[Json, ...] = (),
    namespaces: dict[str, Json] | None = None,
) -> Evidence:
    objects: dict[str, tuple[Json, ...]] = {
        "mutatingwebhookconfigurations": (),
        "validatingwebhookconfigurations": (),
        "services": services,
        "endpoints": endpoints,
        "namespace-labels": tuple(
            {"metadata": {"name": name, "labels": labels}} for name, labels in (namespaces or {}).items()
        ),
    }
    objects[f"{kind}webhookconfigurations"] = (
        {"metadata": {"name": "guard"}, "webhooks": list(webhooks) or None},
    )
    return cluster(objects=objects)


def message(wrong: str, what: str = "pods, apps/deployments", where: str = "runai, gpu-operator") -> str:
    return f"webhook v.guard.io must admit {what} in {where}, but its Service guard/guard-svc {wrong}"


@pytest.mark.parametrize(
    ("services", "endpoints", "wrong"),
    [
        ((), (), "does not exist"),
        ((SERVICE,), (), "has no ready pods"),
        ((SERVICE,), ({**SERVICE, "subsets": None},), "has no ready pods"),
        ((SERVICE,), ({**SERVICE, "subsets": [{"addresses": None}]},), "has no ready pods"),
        ((SERVICE,), ({"metadata": {"namespace": "other", "name": "guard-svc"}},), "has no ready pods"),
    ],
)
def test_nobody_answers(services: tuple[Json, ...], endpoints: tuple[Json, ...], wrong: str) -> None:
    assert judge(ROW, guarded(hook(), services=services, endpoints=endpoints)) == [
        verdict("fail", SUBJECT, message(wrong), "guard/guard-svc", EXPECTED)
    ]


def test_somebody_answers() -> None:
    told = "for pods, apps/deployments in runai, gpu-operator"
    assert judge(ROW, guarded(hook(), services=(SERVICE,), endpoints=(READY,))) == [
        verdict("pass", CLUSTER, ANSWERED, ["guard: v.guard.io"], told)
    ]


def test_a_mutating_webhook_that_has_no_failure_policy_fails() -> None:
    webhook = {key: value for key, value in hook().items() if key != "failurePolicy"}
    (found,) = judge(ROW, guarded(webhook, kind="mutating"))
    assert found.subject == Subject(kind="MutatingWebhookConfiguration", name="guard")
    assert found.message == message("does not exist")


def test_conditions_that_are_not_evaluated_only_warn() -> None:
    (found,) = judge(ROW, guarded(hook(matchConditions=[{"name": "not-system"}])))
    told = message("does not exist", what="some pods, apps/deployments")
    assert (found.status, found.message) == ("warn", told)


@pytest.mark.parametrize(
    "webhook",
    [
        hook(failurePolicy="Ignore"),
        hook(rules=None),
        hook(rules=[{**ALL, "resources": ["secrets", "pods/exec", "pods/*"]}]),
        hook(rules=[{**ALL, "apiGroups": ["batch"]}]),
        hook(rules=[{**ALL, "operations": ["UPDATE", "DELETE"]}]),
        hook(rules=[{**ALL, "scope": "Cluster"}]),
        hook(objectSelector={"matchLabels": {"inject": "true"}}),
        hook(namespaceSelector={"matchLabels": {"guarded": "true"}}),
        hook(
            namespaceSelector={
                "matchExpressions": [
                    {
                        "key": "kubernetes.io/metadata.name",
                        "operator": "NotIn",
                        "values": ["runai", "gpu-operator"],
                    }
                ]
            }
        ),
    ],
    ids=[
        "ignored", "no rules", "other resources", "other group", "not on creation",
        "cluster", "opted-in objects", "opted-in namespaces", "other namespaces",
    ],
)  # fmt: skip
def test_webhooks_that_do_not_stand_in_the_way(webhook: Json) -> None:
    (found,) = judge(ROW, guarded(webhook))
    assert (found.status, found.message) == ("pass", NONE)


@pytest.mark.parametrize("client", [{"url": ""}, None])
def test_webhooks_outside_the_cluster(client: Any) -> None:
    (found,) = judge(ROW, guarded(hook(clientConfig=client)))
    assert (found.status, found.message) == ("pass", ANSWERED)


def test_only_what_is_covered_is_told() -> None:
    pods = {**ALL, "apiGroups": [""], "operations": ["CREATE"], "resources": ["pods"], "scope": "Namespaced"}
    selector = {"matchLabels": {"guarded": "true"}}
    seen = guarded(
        hook(rules=[pods], namespaceSelector=selector),
        namespaces={"runai": {"guarded": "true"}, "gpu-operator": {}},
    )
    (found,) = judge(ROW, seen)
    assert found.message == message("does not exist", what="pods", where="runai")


def test_a_configuration_without_webhooks() -> None:
    (found,) = judge(ROW, guarded())
    assert (found.status, found.observed) == ("pass", [])


@pytest.mark.parametrize(
    ("operator", "values", "admitted"),
    [
        ("In", ["a"], (True, False, False)),
        ("NotIn", ["a"], (False, True, True)),
        ("Exists", None, (True, True, False)),
        ("DoesNotExist", None, (False, False, True)),
    ],
)
def test_expressions_of_label_selectors(operator: str, values: Any, admitted: tuple[bool, ...]) -> None:
    expression = {"key": "k", "operator": operator, "values": values}
    selector = LabelSelector.model_validate({"matchExpressions": [expression]})
    assert tuple(selector.admits(labels) for labels in ({"k": "a"}, {"k": "b"}, {})) == admitted


def test_what_it_reads() -> None:
    assert ROW.reads() == (
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
        "services",
        "endpoints",
        "namespace-labels",
    )
