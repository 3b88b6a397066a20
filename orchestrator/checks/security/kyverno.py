"""Kyverno's ClusterPolicies: which rules refuse objects of which kinds in which namespaces."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AliasPath, Field

from orchestrator.checks.security.interception import Names
from orchestrator.objects import ApiModel, Object, OrNull, Text


class Filter(ApiModel):
    """Resources by kind (`Pod`, `apps/v1/Deployment`, `*`) and namespace (globs); empty means any."""

    kinds: Names = Field((), validation_alias=AliasPath("resources", "kinds"))
    namespaces: Names = Field((), validation_alias=AliasPath("resources", "namespaces"))

    @property
    def empty(self) -> bool:
        return not (self.kinds or self.namespaces)

    def meets(self, kinds: Iterable[str], namespace: str) -> bool:
        named = {kind.rpartition("/")[2] for kind in self.kinds}
        of_kind = not named or "*" in named or not named.isdisjoint(kinds)
        return of_kind and (not self.namespaces or _like(namespace, self.namespaces))


Filters = Annotated[tuple[Filter, ...], OrNull(tuple)]


class Filtering(Filter):
    """Filters of which one (`any`) or every one (`all`) has to meet, or the filter itself in old policies."""

    any: Filters = ()
    all: Filters = ()

    def meets(self, kinds: Iterable[str], namespace: str) -> bool:
        wanted = tuple(kinds)
        if self.any:
            return any(each.meets(wanted, namespace) for each in self.any)
        if self.all:
            return all(each.meets(wanted, namespace) for each in self.all)
        return not self.empty and super().meets(wanted, namespace)


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

    def meets(self, kinds: Iterable[str], namespace: str) -> bool:
        wanted = tuple(kinds)
        judges = self.validates is not None or self.verifies is not None
        return judges and self.match.meets(wanted, namespace) and not self.exclude.meets(wanted, namespace)


class KyvernoPolicy(Object):
    rules: Annotated[tuple[Rule, ...], OrNull(tuple)] = Field((), validation_alias=AliasPath("spec", "rules"))
    action: Text = Field("", validation_alias=AliasPath("spec", "validationFailureAction"))
    overrides: Annotated[tuple[Override, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "validationFailureActionOverrides")
    )

    def enforced(self, kinds: Iterable[str], namespace: str) -> Iterator[str]:
        """The rules by which such objects are refused in this namespace."""
        wanted = tuple(kinds)
        overridden = (o.action for o in self.overrides if _like(namespace, o.namespaces))
        action = next(overridden, self.action)
        for rule in self.rules:
            if (rule.action or action).lower() == "enforce" and rule.meets(wanted, namespace):
                yield rule.name


def _like(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
