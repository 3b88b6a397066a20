"""Reads the inventory from the API. What is forbidden is noted and the rest goes on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import AliasPath, Field

from orchestrator import errors
from orchestrator.evidence import ClusterIdentity
from orchestrator.inventory.model import Inventory, Resource, Unread
from orchestrator.kube.api import Api
from orchestrator.objects import Model, Node, Object, OrNull, ServerVersion, Text

_OPENSHIFT = "config.openshift.io"
_IDENTITY_NAMESPACE = "kube-system"


class ApiGroup(Model):
    name: Text = ""


class ApiGroups(Model):
    groups: Annotated[tuple[ApiGroup, ...], OrNull(tuple)] = ()


class ClusterVersion(Model):
    """OpenShift's own version object."""

    version: Text = Field("", validation_alias=AliasPath("status", "desired", "version"))


def read_inventory(api: Api) -> tuple[ClusterIdentity, Inventory]:
    """Everything that checks can ask for; ApiError only when the API does not answer at all."""
    reader = _Reader(api)
    version = reader.server_version()
    with ThreadPoolExecutor(max_workers=3) as pool:
        parts = [pool.submit(read) for read in (reader.api_groups, reader.namespaces, reader.nodes)]
        found: dict[str, Any] = {}
        for part in parts:
            found |= part.result()
    if _OPENSHIFT in found.get("api_groups", ()):
        found |= reader.openshift()
    uid = found.pop("uid", None)
    inventory = Inventory(server_version=version, unread=tuple(reader.unread), **found)
    return ClusterIdentity(server=api.server, context=api.context, uid=uid, version=version), inventory


class _Reader:
    def __init__(self, api: Api) -> None:
        self._api = api
        self.unread: list[Unread] = []

    def server_version(self) -> str | None:
        with self._noting(Resource.VERSION, "get"):
            return self._api.get("/version", ServerVersion).git_version or None
        return None

    def api_groups(self) -> dict[str, Any]:
        with self._noting(Resource.API_GROUPS, "list"):
            groups = self._api.get("/apis", ApiGroups).groups
            return {"api_groups": tuple(sorted(group.name for group in groups))}
        return {}

    def namespaces(self) -> dict[str, Any]:
        with self._noting(Resource.NAMESPACES, "list"):
            namespaces = self._api.list("/api/v1/namespaces", Object).items
            uid = next((n.meta.uid for n in namespaces if n.meta.name == _IDENTITY_NAMESPACE), None)
            return {"namespaces": tuple(sorted(n.meta.name for n in namespaces)), "uid": uid}
        return {}

    def nodes(self) -> dict[str, Any]:
        with self._noting(Resource.NODES, "list"):
            listing = self._api.list("/api/v1/nodes", Node)
            nodes = sorted(listing.items, key=lambda node: node.name)
            return {"nodes": tuple(nodes), "malformed": tuple(f"node {bad}" for bad in listing.bad)}
        return {}

    def openshift(self) -> dict[str, Any]:
        with self._noting(Resource.CLUSTER_VERSIONS, "get"):
            path = f"/apis/{_OPENSHIFT}/v1/clusterversions/version"
            return {"openshift_version": self._api.get(path, ClusterVersion).version or None}
        return {}

    @contextmanager
    def _noting(self, resource: Resource, verb: str) -> Iterator[None]:
        """Note a refusal and go on; what is no answer at all is not waited for again and again."""
        try:
            yield
        except (errors.Unreachable, errors.Unauthorized):
            raise
        except errors.ApiError as error:
            self.unread.append(Unread(resource=resource, verb=verb, message=error.message))
