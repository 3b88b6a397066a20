"""Which policies of the cluster may refuse Run:ai's objects: Kubernetes' own, Kyverno's and Gatekeeper's."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AliasPath, Field

from orchestrator.checks.security.interception import (
    NAMESPACE_LABELS,
    Interception,
    Labels,
    Names,
    Rule,
    namespace_labels,
)
from orchestrator.checks.security.kyverno import KyvernoPolicy
from orchestrator.checks.verdicts import CLUSTER, inventory_of, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.objects import Object, OrNull, Text
from orchestrator.requirement import Requirement, Subject, Verdict

_POLICIES, _BINDINGS = "validatingadmissionpolicies", "validatingadmissionpolicybindings"
_KYVERNO, _TEMPLATES = "kyverno-policies", "constrainttemplates"
_ANY = Rule(api_groups=("*",), operations=("*",), resources=("*",))


class Constraints(Interception):
    """What a ValidatingAdmissionPolicy, or its binding, is about; a binding without rules narrows nothing."""

    def meets(self, resources: tuple[str, ...], namespace: str, labels: Labels) -> bool:
        meant = self if self.rules else self.model_copy(update={"rules": (_ANY,)})
        return bool(meant.resources_of(resources) and self.namespaces_of([namespace], labels))


class AdmissionPolicy(Object):
    constraints: Annotated[Constraints, OrNull(Constraints)] = Field(
        Constraints(), validation_alias=AliasPath("spec", "matchConstraints")
    )


class Binding(Object):
    policy: Text = Field("", validation_alias=AliasPath("spec", "policyName"))
    actions: Names = Field((), validation_alias=AliasPath("spec", "validationActions"))
    constraints: Annotated[Constraints, OrNull(Constraints)] = Field(
        Constraints(), validation_alias=AliasPath("spec", "matchResources")
    )


class ConstraintTemplate(Object):
    constraint: Text = Field("", validation_alias=AliasPath("spec", "crd", "spec", "names", "kind"))


class Expect(Model):
    """What is created, as resources and as kinds, in which namespaces."""

    resources: tuple[str, ...] = Field(min_length=1)
    kinds: tuple[str, ...] = Field(min_length=1)
    namespaces: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return f"no policy that refuses {', '.join(self.kinds)} in {', '.join(self.namespaces)}"


class AdmissionPolicies(Requirement):
    check: Literal["admission-policies"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES, _BINDINGS, _KYVERNO, _TEMPLATES, NAMESPACE_LABELS)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        found = [*self._kubernetes(inventory), *self._kyverno(inventory), *self._gatekeeper(inventory)]
        yield from found
        if not found:
            count = sum(len(inventory.objects.get(name, ())) for name in (_POLICIES, _KYVERNO))
            seen = {"observed": {"policies": count}, "expected": str(self.expect)}
            yield passed(CLUSTER, "no admission policy is known to refuse pods", **seen)

    def _kubernetes(self, inventory: Inventory) -> Iterator[Verdict]:
        """Policies of the API server itself, by the bindings that deny."""
        labels = namespace_labels(inventory)
        named = {policy.meta.name: policy for policy in inventory.every(_POLICIES, AdmissionPolicy)}
        for binding in inventory.every(_BINDINGS, Binding):
            policy = named.get(binding.policy)
            if policy and "Deny" in binding.actions:
                both = (policy.constraints, binding.constraints)
                if where := self._where(both, labels):
                    yield self._refusing("ValidatingAdmissionPolicy", policy.meta.name, [], where)

    def _where(self, about: tuple[Constraints, ...], labels: Labels) -> list[str]:
        resources = self.expect.resources
        return [n for n in self.expect.namespaces if all(each.meets(resources, n, labels) for each in about)]

    def _kyverno(self, inventory: Inventory) -> Iterator[Verdict]:
        for policy in inventory.every(_KYVERNO, KyvernoPolicy):
            by_namespace = {n: list(policy.enforced(self.expect.kinds, n)) for n in self.expect.namespaces}
            where = [namespace for namespace, rules in by_namespace.items() if rules]
            rules = sorted({rule for rules in by_namespace.values() for rule in rules})
            if where:
                yield self._refusing("ClusterPolicy", policy.meta.name, rules, where)

    def _refusing(self, kind: str, name: str, rules: list[str], where: list[str]) -> Verdict:
        by = f" (rules {', '.join(rules)})" if rules else ""
        message = f"it is enforced in {', '.join(where)}{by}: pods that do not comply are refused"
        observed = {"rules": rules, "namespaces": where}
        return warned(Subject(kind=kind, name=name), message, observed=observed, expected=str(self.expect))

    def _gatekeeper(self, inventory: Inventory) -> Iterator[Verdict]:
        """Constraints are kinds of their own, which are not read: only that there may be some is known."""
        templates = inventory.every(_TEMPLATES, ConstraintTemplate)
        if templates:
            kinds = [template.constraint or template.meta.name for template in templates]
            message = (
                f"Gatekeeper is there; whether its constraints ({', '.join(kinds)}) refuse pods is not seen"
            )
            yield warned(CLUSTER, message, observed={"constraintTemplates": kinds}, expected=str(self.expect))
