"""Kyverno's ClusterPolicies: which rules refuse objects of which kinds in which namespaces."""

from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AliasPath, Field

from orchestrator.checks.security.interception import Names
from orchestrator.objects import ApiModel, Object, OrNull, Text

_BY_PLACE = frozenset({"kinds", "namespaces"})


class Filter(ApiModel):
    """Objects by kind (`Pod`, `apps/v1/Deployment`, `*`) and namespace (globs), where given, and by more."""

    resources: Annotated[dict[str, Any], OrNull(dict)] = Field(default_factory=dict)
    kinds: Names = Field((), validation_alias=AliasPath("resources", "kinds"))
    namespaces: Names = Field((), validation_alias=AliasPath("resources", "namespaces"))
    subjects: Any = None
    roles: Any = None
    cluster_roles: Any = None

    @property
    def empty(self) -> bool:
        return not (self.kinds or self.namespaces)

    @property
    def selective(self) -> bool:
        """Whether it also goes by name, label or author, of which nothing is known here."""
        return bool(self.resources.keys() - _BY_PLACE or self.subjects or self.roles or self.cluster_roles)

    def meets(self, kind: str, namespace: str) -> bool:
        """Whether such an object may be meant."""
        of_kind = not self.kinds or _like(kind, (named.rpartition("/")[2] for named in self.kinds))
        return of_kind and (not self.namespaces or _like(namespace, self.namespaces))

    def covers(self, kind: str, namespace: str) -> bool:
        """Whether every such object is meant for sure."""
        return not (self.empty or self.selective) and self.meets(kind, namespace)


Filters = Annotated[tuple[Filter, ...], OrNull(tuple)]


class Filtering(Filter):
    """Filters of which one (`any`) or every one (`all`) has to meet, or the filter itself in old policies."""

    any: Filters = ()
    all: Filters = ()

    def meets(self, kind: str, namespace: str) -> bool:
        if self.any:
            return any(each.meets(kind, namespace) for each in self.any)
        if self.all:
            return all(each.meets(kind, namespace) for each in self.all)
        return not self.empty and super().meets(kind, namespace)

    def covers(self, kind: str, namespace: str) -> bool:
        if self.any:
            return any(each.covers(kind, namespace) for each in self.any)
        if self.all:
            return all(each.covers(kind, namespace) for each in self.all)
        return super().covers(kind, namespace)


class Override(ApiModel):
    action: Text = ""
    namespaces: Names = ()


class Rule(ApiModel):
    name: Text = ""
    match: Annotated[Filtering, OrNull(Filtering)] = Filtering()
    exclude: Annotated[Filtering, OrNull(Filtering)] = Filtering()
    action: Text = Field("", validation_alias=AliasPath("validate", "failureAction"))
    validates: Any = Field(None, validation_alias="validate")
    verifies: Any = Field(None, validation_alias="verifyImages")

    def judges(self, kind: str, namespace: str) -> bool:
        """Whether it may refuse such an object; one that mutates or generates refuses none."""
        refuses = self.validates is not None or self.verifies is not None
        return refuses and self.match.meets(kind, namespace) and not self.exclude.covers(kind, namespace)


class KyvernoPolicy(Object):
    rules: Annotated[tuple[Rule, ...], OrNull(tuple)] = Field((), validation_alias=AliasPath("spec", "rules"))
    action: Text = Field("", validation_alias=AliasPath("spec", "validationFailureAction"))
    overrides: Annotated[tuple[Override, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "validationFailureActionOverrides")
    )

    def enforced(self, kinds: Collection[str], namespace: str) -> Iterator[str]:
        """The rules by which such objects are refused in this namespace."""
        overridden = (o.action for o in self.overrides if _like(namespace, o.namespaces))
        action = next(overridden, self.action)
        for rule in self.rules:
            enforced = (rule.action or action).lower() == "enforce"
            if enforced and any(rule.judges(kind, namespace) for kind in kinds):
                yield rule.name


def _like(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
