"""Whether OpenShift lets the pods that need it run as root: by which constraints, granted to whom."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import AliasPath, Field

from orchestrator.checks.security.interception import Names
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.objects import ApiModel, Object, OrNull, Text
from orchestrator.requirement import Requirement, Verdict

_CONSTRAINTS, _BINDINGS = "securitycontextconstraints", "clusterrolebindings"
_ROLE = "system:openshift:scc:"  # and the name of the constraints: OpenShift's role for their use


class Expect(Model):
    """One of these users or groups (globs) may run pods as root.

    A service account is the user `system:serviceaccount:NAMESPACE:NAME`, in groups such as
    `system:serviceaccounts:NAMESPACE`.
    """

    granted: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return f"root for one of {', '.join(self.granted)}"


class Constraints(Object):
    """OpenShift's SecurityContextConstraints, which grant themselves to users and groups."""

    run_as: Text = Field("", validation_alias=AliasPath("runAsUser", "type"))
    users: Names = ()
    groups: Names = ()


class BoundSubject(ApiModel):
    kind: Text = ""
    name: Text = ""
    namespace: Text = ""

    def __str__(self) -> str:
        of_account = f"system:serviceaccount:{self.namespace}:{self.name}"
        return of_account if self.kind == "ServiceAccount" else self.name


class Binding(Object):
    role: Text = Field("", validation_alias=AliasPath("roleRef", "name"))
    subjects: Annotated[tuple[BoundSubject, ...], OrNull(tuple)] = ()


class RootOnOpenShift(Requirement):
    check: Literal["security-context-constraints"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (_CONSTRAINTS, _BINDINGS)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        grants = _grants(inventory_of(evidence))
        seen = {"observed": grants, "expected": list(self.expect.granted)}
        granted = {name: self._wanted(whom) for name, whom in grants.items()}
        told = [f"{name} lets {', '.join(whom)} run as root" for name, whom in granted.items() if whom]
        if told:
            yield passed(CLUSTER, "; ".join(told), **seen)
        else:
            by = ", ".join(grants) or "no SecurityContextConstraints"
            message = f"none of the expected users and groups may run pods as root; {by} would let them"
            yield failed(CLUSTER, message, **seen)

    def _wanted(self, whom: list[str]) -> list[str]:
        return [name for name in whom if any(fnmatchcase(name, glob) for glob in self.expect.granted)]


def _grants(inventory: Inventory) -> dict[str, list[str]]:
    """Of the constraints that let pods run as root, by name, to whom each is granted in the whole cluster."""
    bindings = inventory.every(_BINDINGS, Binding)
    return {
        each.meta.name: sorted({*each.users, *each.groups, *_bound(bindings, each.meta.name)})
        for each in inventory.every(_CONSTRAINTS, Constraints)
        if each.run_as == "RunAsAny"
    }


def _bound(bindings: Iterable[Binding], name: str) -> Iterator[str]:
    yield from (str(s) for binding in bindings if binding.role == f"{_ROLE}{name}" for s in binding.subjects)
