"""Reads the inventory from the API. What is forbidden is noted and the rest goes on."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

from pydantic import AliasPath, Field, RootModel, ValidationError

from orchestrator import errors
from orchestrator.evidence import ClusterIdentity
from orchestrator.inventory.followups import FOLLOW_UPS
from orchestrator.inventory.model import Inventory, Malformed, Resource, Unread
from orchestrator.inventory.resources import ResourceType, resource_types
from orchestrator.kube.api import Api
from orchestrator.model import reason
from orchestrator.objects import ApiModel, Node, Object, OrNull, ServerVersion, Text
from orchestrator.redact import may_hold_secret, redact, redact_value

_OPENSHIFT = "config.openshift.io"
_IDENTITY_NAMESPACE = "kube-system"


class ApiGroup(ApiModel):
    name: Text = ""


class ApiGroups(ApiModel):
    groups: Annotated[tuple[ApiGroup, ...], OrNull(tuple)] = ()


class ClusterVersion(ApiModel):
    """OpenShift's own version object."""

    version: Text = Field("", validation_alias=AliasPath("status", "desired", "version"))


class Anything(RootModel[dict[str, Any]]):
    """An object of any kind, whole."""


Wanted = Callable[[Inventory], Iterable[str]]
"""From what every inventory has to the names of what else is to be read."""


def read_inventory(api: Api, wanted: Wanted = lambda _: ()) -> tuple[ClusterIdentity, Inventory]:
    """What every check can ask for, and what is wanted; ApiError only when the API does not answer at all."""
    reader = _Reader(api)
    version = reader.server_version()
    parts = [_begin(read) for read in (reader.api_groups, reader.namespaces, reader.nodes)]
    found = {name: value for part in parts for name, value in part.result().items()}
    if _OPENSHIFT in found.get("api_groups", ()):
        found |= reader.openshift()
    uid = found.pop("uid", None)
    base = Inventory(server_version=version, **found)
    asked = set(wanted(base))
    types = [resource_types()[name] for name in sorted(asked - FOLLOW_UPS.keys())]
    objects = _objects(reader, types, base.api_groups)
    for name in sorted(asked & FOLLOW_UPS.keys()):
        objects |= reader.follow_up(name, base.model_copy(update={"objects": objects}))
    inventory = base.model_copy(update={"objects": objects, "unread": tuple(reader.unread)})
    return ClusterIdentity(server=api.server, context=api.context, uid=uid, version=version), inventory


def _objects(
    reader: "_Reader", types: Iterable[ResourceType], groups: tuple[str, ...]
) -> dict[str, tuple[dict[str, Any], ...]]:
    """All at once; where the API has not even the group of a type, it has no object of it."""
    known = {*groups, ""}
    parts = {t.name: _begin(partial(reader.objects, t)) for t in types if not groups or t.group in known}
    found = {name: value for part in parts.values() for name, value in part.result().items()}
    return {**{t.name: () for t in types if t.name not in parts}, **found}


def _begin(read: Callable[[], dict[str, Any]]) -> Future[dict[str, Any]]:
    """Read in a thread for which Ctrl-C does not wait, as it would for those of an executor."""
    answer: Future[dict[str, Any]] = Future()

    def work() -> None:
        try:
            answer.set_result(read())
        except BaseException as error:  # noqa: BLE001 - raised where the answer is waited for
            answer.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return answer


class _Reader:
    def __init__(self, api: Api) -> None:
        self._api = api
        self.unread: list[Unread] = []

    def server_version(self) -> str | None:
        """ConnectError when what answers is no Kubernetes API, as which it would have given its reason."""
        try:
            version = self._api.get("/version", ServerVersion).git_version
        except (errors.Unreachable, errors.Unauthorized):
            raise
        except errors.ApiError as error:
            if error.reason is None:
                raise self._no_cluster(error.message, error.hint) from error
            self._note(Resource.VERSION, "get", error)
            return None
        if not version:
            raise self._no_cluster("its /version names no release")
        return version

    def _no_cluster(self, why: str, hint: str | None = None) -> errors.ConnectError:
        message = f"{self._api.server} does not answer as a Kubernetes API does: {why}"
        return errors.ConnectError(message, hint=hint or "Check the server's address in the kubeconfig.")

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
            nodes = sorted(map(_redacted, listing.items), key=lambda node: node.name)
            malformed = tuple(Malformed(name=bad.name, message=redact(bad.why)) for bad in listing.bad)
            return {"nodes": tuple(nodes), "malformed": malformed}
        return {}

    def openshift(self) -> dict[str, Any]:
        with self._noting(Resource.CLUSTER_VERSIONS, "get"):
            path = f"/apis/{_OPENSHIFT}/v1/clusterversions/version"
            return {"openshift_version": self._api.get(path, ClusterVersion).version or None}
        return {}

    def objects(self, kind: ResourceType) -> dict[str, Any]:
        """What is kept of the objects of a kind; a kind that is not served has none."""
        with self._noting(kind.name, kind.verb):
            found = sorted((_kept(kind, obj) for obj in self._whole(kind)), key=_by_name)
            return {kind.name: tuple(redact_value(each) for each in found)}
        return {}

    def follow_up(self, name: str, read: Inventory) -> dict[str, Any]:
        """What could not be known to be there before; here even silence is of one Service, not of the API."""
        try:
            return {name: FOLLOW_UPS[name](self._api, read)}
        except errors.ApiError as error:
            self._note(name, "get", error)
        except ValidationError as error:
            message = f"an object of the API cannot be understood: {reason(error)}"
            self.unread.append(Unread(resource=name, verb="get", message=message))
        return {}

    def _whole(self, kind: ResourceType) -> list[dict[str, Any]]:
        try:
            if kind.object:
                return [self._api.get(kind.path, Anything, metadata=kind.metadata).root]
            listing = self._api.list(kind.path, Anything, metadata=kind.metadata)
        except errors.NotFound:
            return []
        if listing.bad:
            message = f"Could not list {kind.resource}: {listing.bad[0]}"
            raise errors.ApiError(message, verb=kind.verb, resource=kind.resource)
        return [item.root for item in listing.items]

    @contextmanager
    def _noting(self, resource: str, verb: str) -> Iterator[None]:
        """Note a refusal and go on; what is no answer at all is not waited for again and again."""
        try:
            yield
        except (errors.Unreachable, errors.Unauthorized):
            raise
        except errors.ApiError as error:
            self._note(resource, verb, error)

    def _note(self, resource: str, verb: str, error: errors.ApiError) -> None:
        self.unread.append(Unread(resource=resource, verb=verb, message=redact(error.message)))


def _kept(kind: ResourceType, obj: dict[str, Any]) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = kind.kept(obj)
    except ValueError as error:
        name = "/".join(filter(None, _by_name(obj)))
        message = f"{kind.kind} {name} cannot be understood: {error}"
        raise errors.ApiError(message, verb=kind.verb, resource=kind.resource) from error
    return kept


def _by_name(obj: dict[str, Any]) -> tuple[str, str]:
    meta = obj.get("metadata")
    named = meta if isinstance(meta, dict) else {}
    return str(named.get("namespace", "")), str(named.get("name", ""))


def _redacted(node: Node) -> Node:
    """The node without what others wrote into its labels and conditions and should not have."""
    words = "\n".join((*node.labels, *node.labels.values(), *(c.message for c in node.conditions)))
    if not may_hold_secret(words):
        return node
    meta = node.meta.model_copy(update={"labels": redact_value(node.labels)})
    conditions = tuple(c.model_copy(update={"message": redact(c.message)}) for c in node.conditions)
    return node.model_copy(update={"meta": meta, "conditions": conditions})
