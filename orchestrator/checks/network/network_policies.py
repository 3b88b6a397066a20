"""The NetworkPolicies that the pods of a run are under, which may keep them from each other."""

from typing import Annotated, Any

from pydantic import AliasPath, Field, ValidationError

from orchestrator.checks.selectors import LabelSelector
from orchestrator.checks.verdicts import inventory_of, listed
from orchestrator.evidence import Evidence
from orchestrator.objects import Object, OrNull

NETWORK_POLICIES = "networkpolicies"
_PODS = {"app.kubernetes.io/name": "runai-preflight"}
_RUN_LABEL = "runai-preflight/run"
_Rules = Annotated[tuple[Any, ...], OrNull(tuple)]


class NetworkPolicy(Object):
    """Which pods it selects, and which ways it limits to what its rules let through."""

    selector: Annotated[LabelSelector, OrNull(LabelSelector)] = Field(
        LabelSelector(), validation_alias=AliasPath("spec", "podSelector")
    )
    types: Annotated[tuple[str, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "policyTypes")
    )
    ingress: _Rules = Field((), validation_alias=AliasPath("spec", "ingress"))
    egress: _Rules = Field((), validation_alias=AliasPath("spec", "egress"))

    @property
    def limits(self) -> list[str]:
        """The ways, as Kubernetes reckons: without types ingress, and egress where it has rules."""
        types = self.types or ("Ingress", *(("Egress",) if self.egress else ()))
        rules = {"Ingress": self.ingress, "Egress": self.egress}
        return [f"{way.lower()}{'' if rules.get(way) else ', with no rule'}" for way in types]

    def __str__(self) -> str:
        return f"{self.meta.namespace}/{self.meta.name} ({'; '.join(self.limits)})"


def policies_on_probes(evidence: Evidence) -> list[NetworkPolicy]:
    """Those that select the pods of this run; none where they could not be read or understood."""
    labels = _PODS | {_RUN_LABEL: evidence.run.id}
    try:
        found = inventory_of(evidence).every(NETWORK_POLICIES, NetworkPolicy)
    except ValidationError:
        return []
    mine = (policy for policy in found if policy.meta.namespace == evidence.run.namespace)
    return [policy for policy in mine if policy.selector.admits(labels)]


def told(policies: list[NetworkPolicy]) -> str:
    """`NetworkPolicy default/deny-all (ingress, with no rule)`."""
    return f"NetworkPolicy {listed([str(policy) for policy in policies])}"
