"""The check `admission-policies`: policies of Kubernetes, Kyverno and Gatekeeper."""

from typing import Any

import pytest

from orchestrator.evidence import Evidence
from orchestrator.requirement import Subject
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict

Json = dict[str, Any]
ROW = row(
    "admission-policies",
    {"resources": ["pods"], "kinds": ["Pod", "Deployment"], "namespaces": ["runai", "gpu-operator"]},
)
EXPECTED = "no policy that refuses Pod, Deployment in runai, gpu-operator"
PASSED = "no admission policy is known to refuse pods"
PODS = {"any": [{"resources": {"kinds": ["Pod"]}}]}
RULES = {"resourceRules": [{"apiGroups": [""], "operations": ["CREATE"], "resources": ["pods"]}]}


def policed(**objects: tuple[Json, ...]) -> Evidence:
    kinds = ("kyverno-policies", "constrainttemplates", "validatingadmissionpolicies", "namespace-labels")
    every = {**dict.fromkeys((*kinds, "validatingadmissionpolicybindings"), ())}
    return cluster(objects={**every, **{name.replace("_", "-"): found for name, found in objects.items()}})


def kyverno(*rules: Json, **spec: Any) -> Evidence:
    policy = {
        "metadata": {"name": "p"},
        "spec": {"validationFailureAction": "Enforce", **spec, "rules": list(rules)},
    }
    return policed(kyverno_policies=(policy,))


def rule(**fields: Any) -> Json:
    return {"name": "r", "match": PODS, "validate": {}, **fields}


def test_none_at_all() -> None:
    assert judge(ROW, policed()) == [verdict("pass", CLUSTER, PASSED, {"policies": 0}, EXPECTED)]


def test_a_policy_of_kyverno_that_is_enforced() -> None:
    message = "it is enforced in runai, gpu-operator (rules r): pods that do not comply are refused"
    observed = {"rules": ["r"], "namespaces": ["runai", "gpu-operator"]}
    subject = Subject(kind="ClusterPolicy", name="p")
    assert judge(ROW, kyverno(rule(), {"name": "m", "match": PODS, "mutate": {}})) == [
        verdict("warn", subject, message, observed, EXPECTED)
    ]


@pytest.mark.parametrize(
    "seen",
    [
        kyverno(rule(match={"resources": {"kinds": ["apps/v1/Deployment"]}})),
        kyverno(rule(match={"all": [{"resources": {"kinds": ["*"]}}]})),
        kyverno(
            rule(match={"any": [{"resources": {"kinds": ["Service"]}}, {"resources": {"kinds": ["v1/Pod"]}}]})
        ),
        kyverno(rule(validate={"failureAction": "Enforce"}), validationFailureAction="Audit"),
        kyverno(rule(validate=None, verifyImages=[{}])),
        kyverno(rule(), validationFailureAction="enforce"),
        kyverno(rule(exclude={"any": [{"resources": {"kinds": ["Job"], "namespaces": ["runai*"]}}]})),
        kyverno(rule(exclude={"any": [{"clusterRoles": ["cluster-admin"]}]})),
        kyverno(rule(exclude={"any": [{"subjects": [{"kind": "User"}], "resources": {"kinds": ["Pod"]}}]})),
        kyverno(rule(exclude={"all": [{"resources": {"kinds": ["Pod"], "selector": {"matchLabels": {}}}}]})),
        kyverno(rule(exclude={"resources": {"kinds": ["Pod"], "names": ["a*"]}})),
        kyverno(
            rule(
                match={"any": [{"resources": {"kinds": ["Pod", "Deployment"]}}]},
                exclude={"any": [{"resources": {"kinds": ["Deployment"]}}]},
            )
        ),
    ],
)
def test_rules_of_kyverno_that_are_for_runai_too(seen: Evidence) -> None:
    (found,) = judge(ROW, seen)
    assert (found.status, found.observed["namespaces"]) == ("warn", ["runai", "gpu-operator"])


@pytest.mark.parametrize(
    "seen",
    [
        kyverno(rule(), validationFailureAction="Audit"),
        kyverno(rule(), validationFailureAction=None),
        kyverno(rule(validate={"failureAction": "Audit"})),
        kyverno(rule(match={"any": [{"resources": {"kinds": ["Ingress", "Pod/exec"]}}]})),
        kyverno(rule(match={"any": [{"resources": {"kinds": ["Pod"], "namespaces": ["prod-*"]}}]})),
        kyverno(rule(match=None)),
        kyverno(rule(exclude={"any": [{"resources": {"namespaces": ["runai*", "gpu-operator"]}}]})),
        kyverno(
            rule(exclude={"all": [{"resources": {"namespaces": ["*"]}}, {"resources": {"kinds": ["*"]}}]})
        ),
        kyverno(rule(), validationFailureActionOverrides=[{"action": "Audit", "namespaces": ["*"]}]),
        kyverno({"name": "g", "match": PODS, "generate": {}}),
    ],
)
def test_rules_of_kyverno_that_are_not(seen: Evidence) -> None:
    assert judge(ROW, seen) == [verdict("pass", CLUSTER, PASSED, {"policies": 1}, EXPECTED)]


def test_a_rule_of_kyverno_for_one_namespace() -> None:
    exclude = {"resources": {"namespaces": ["gpu-operator"]}}
    (found,) = judge(ROW, kyverno(rule(exclude=exclude)))
    assert found.observed["namespaces"] == ["runai"]


def kubernetes(policy: Json | None, **binding: Any) -> Evidence:
    found = {"metadata": {"name": "vap"}, "spec": {"matchConstraints": policy}}
    spec = {"policyName": "vap", "validationActions": ["Deny"], **binding}
    bindings = ({"metadata": {"name": "b"}, "spec": spec},)
    return policed(validatingadmissionpolicies=(found,), validatingadmissionpolicybindings=bindings)


def test_a_policy_of_the_api_server_that_denies() -> None:
    message = "it is enforced in runai, gpu-operator: pods that do not comply are refused"
    observed = {"rules": [], "namespaces": ["runai", "gpu-operator"]}
    subject = Subject(kind="ValidatingAdmissionPolicy", name="vap")
    assert judge(ROW, kubernetes(RULES)) == [verdict("warn", subject, message, observed, EXPECTED)]


def test_a_binding_for_one_namespace() -> None:
    selector = {"matchLabels": {"kubernetes.io/metadata.name": "runai"}}
    (found,) = judge(ROW, kubernetes(RULES, matchResources={"namespaceSelector": selector}))
    assert found.observed["namespaces"] == ["runai"]


@pytest.mark.parametrize(
    "seen",
    [
        kubernetes(RULES, validationActions=["Warn", "Audit"]),
        kubernetes(RULES, policyName="another"),
        kubernetes({"resourceRules": [{"apiGroups": [""], "operations": ["*"], "resources": ["services"]}]}),
        kubernetes({**RULES, "namespaceSelector": {"matchLabels": {"team": "prod"}}}),
        kubernetes(RULES, matchResources={"objectSelector": {"matchLabels": {"a": "b"}}}),
    ],
)
def test_policies_of_the_api_server_that_do_not(seen: Evidence) -> None:
    assert judge(ROW, seen) == [verdict("pass", CLUSTER, PASSED, {"policies": 1}, EXPECTED)]


def test_gatekeeper_has_constraints_that_are_not_seen() -> None:
    named = {"metadata": {"name": "t"}, "spec": {"crd": {"spec": {"names": {"kind": "K8sPSPPrivileged"}}}}}
    unnamed = {"metadata": {"name": "u"}}
    message = "Gatekeeper is there; whether its constraints (K8sPSPPrivileged, u) refuse pods is not seen"
    assert judge(ROW, policed(constrainttemplates=(named, unnamed))) == [
        verdict("warn", CLUSTER, message, {"constraintTemplates": ["K8sPSPPrivileged", "u"]}, EXPECTED)
    ]


def test_what_it_reads() -> None:
    assert ROW.reads() == (
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "kyverno-policies",
        "constrainttemplates",
        "namespace-labels",
    )
