"""The inventory as it stands in the evidence."""

from enum import StrEnum

from pydantic import Field

from orchestrator.model import Model
from orchestrator.objects import Node


class Resource(StrEnum):
    """What an inventory consists of; a check names those that it reads."""

    VERSION = "version"
    API_GROUPS = "apigroups"
    NODES = "nodes"
    NAMESPACES = "namespaces"
    CLUSTER_VERSIONS = "clusterversions"


class Unread(Model):
    """A part of the inventory that could not be read, and what would have been needed."""

    resource: Resource
    verb: str
    message: str


class Malformed(Model):
    """A node that could not be understood, and what is wrong with it."""

    name: str
    message: str


class Inventory(Model):
    """Everything read from the API; what could not be read is in `unread`, never just missing."""

    server_version: str | None = None
    openshift_version: str | None = None
    api_groups: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
    malformed: tuple[Malformed, ...] = Field(
        default=(), description="nodes that could not be understood, and why"
    )
    unread: tuple[Unread, ...] = ()

    def missing(self, resource: Resource) -> Unread | None:
        """Why this resource is not in the inventory, or None when it is."""
        return next((unread for unread in self.unread if unread.resource == resource), None)
