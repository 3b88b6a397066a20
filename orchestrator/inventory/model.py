"""The inventory as it stands in the evidence."""

from enum import StrEnum
from typing import Any, TypeVar

from pydantic import Field

from orchestrator.inventory.resources import resource_types
from orchestrator.model import Asked, Model
from orchestrator.objects import Node, Object

T = TypeVar("T", bound=Object)


class Resource(StrEnum):
    """What every inventory has; a check names those that it reads, like the rows of resources.yaml."""

    VERSION = "version"
    API_GROUPS = "apigroups"
    NODES = "nodes"
    NAMESPACES = "namespaces"
    CLUSTER_VERSIONS = "clusterversions"


_UNASKED = "no requirement of the run that made this evidence asked for them; audit with this profile"


class Unread(Model):
    """A part of the inventory that could not be read, and what would have been needed."""

    resource: str
    verb: str
    message: str


class Malformed(Model):
    """A node that could not be understood, and what is wrong with it."""

    name: str
    message: str


class Inventory(Asked):
    """Everything read from the API; what could not be read is in `unread`, never just missing."""

    server_version: str | None = None
    openshift_version: str | None = None
    api_groups: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
    malformed: tuple[Malformed, ...] = Field(
        default=(), description="nodes that could not be understood, and why"
    )
    objects: dict[str, tuple[dict[str, Any], ...]] = Field(
        default_factory=dict,
        description="by resource, what is kept of each object that a requirement reads",
    )
    unread: tuple[Unread, ...] = ()

    def every(self, resource: str, model: type[T]) -> tuple[T, ...]:
        """All objects of a resource, with their kind; ValidationError when one is not as the model says."""
        return self.once(_every, resource, model)

    def missing(self, resource: str) -> Unread | None:
        """Why this resource is not in the inventory, or None when it is."""
        refused = next((unread for unread in self.unread if unread.resource == resource), None)
        if refused or resource in set(Resource) or resource in self.objects:
            return refused
        return Unread(resource=resource, verb="read", message=_UNASKED)


def _every(inventory: Inventory, resource: str, model: type[T]) -> tuple[T, ...]:
    kind = {"kind": resource_types()[resource].kind} if resource in resource_types() else {}
    return tuple(model.model_validate({**obj, **kind}) for obj in inventory.objects.get(resource, ()))
