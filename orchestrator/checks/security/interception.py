"""What admission control intercepts: rules on resources, selectors of namespaces and of objects."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from orchestrator.checks.selectors import LabelSelector
from orchestrator.inventory.model import Inventory
from orchestrator.objects import ApiModel, Object, OrNull, Text

NAMESPACE_LABELS = "namespace-labels"
_NAME = "kubernetes.io/metadata.name"
Labels = dict[str, dict[str, str]]
"""The labels of namespaces, by name."""
Names = Annotated[tuple[str, ...], OrNull(tuple)]
Selector = Annotated[LabelSelector, OrNull(LabelSelector)]


class Rule(ApiModel):
    """Operations on resources, `*` for any; of subresources nothing is read."""

    api_groups: Names = ()
    operations: Names = ()
    resources: Names = ()
    scope: Text = ""

    def covers(self, resource: str) -> bool:
        """Whether the creation of such objects, `pods` or `apps/deployments`, is meant."""
        group, _, name = resource.rpartition("/")
        return (
            not {"*", "CREATE"}.isdisjoint(self.operations)
            and not {"*", group}.isdisjoint(self.api_groups)
            and not {"*", "*/*", name}.isdisjoint(self.resources)
            and self.scope != "Cluster"
        )


class Interception(ApiModel):
    """What is intercepted, as webhooks and policies say it alike."""

    rules: Annotated[tuple[Rule, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasChoices("rules", "resourceRules")
    )
    namespace_selector: Selector = LabelSelector()
    object_selector: Selector = LabelSelector()
    match_conditions: Annotated[tuple[Any, ...], OrNull(tuple)] = ()

    def resources_of(self, resources: Iterable[str]) -> list[str]:
        """Which of these it covers, where the objects carry no labels that would ask for it."""
        if not self.object_selector.admits({}):
            return []
        return [resource for resource in resources if any(rule.covers(resource) for rule in self.rules)]

    def namespaces_of(self, namespaces: Iterable[str], labels: Labels) -> list[str]:
        """Which of these it selects; one that is not there yet will have its name for a label."""
        return [n for n in namespaces if self.namespace_selector.admits({_NAME: n, **labels.get(n, {})})]


def namespace_labels(inventory: Inventory) -> Labels:
    """The labels of each namespace that is there."""
    return {each.meta.name: each.meta.labels for each in inventory.every(NAMESPACE_LABELS, Object)}
