"""What we ask of the Kubernetes API, by REST path; answers are read as bytes into small models."""

import threading
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import quote

from pydantic import AliasPath, BaseModel, Field, ValidationError
from pydantic_core import to_json

from orchestrator import errors
from orchestrator.kube import faults
from orchestrator.kube.listing import Bad, Listing, read_page
from orchestrator.kube.streams import split_lines
from orchestrator.kube.transport import ATTEMPTS, JSON, Call, Transport
from orchestrator.model import reason
from orchestrator.objects import ApiModel, Object

T = TypeVar("T", bound=BaseModel)

_METADATA = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
_MERGE = "application/merge-patch+json"
_SERVICE_TIMEOUT = 5.0
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class Created(NamedTuple):
    """An object of ours in the cluster; `existed` if an earlier request of ours had made it already."""

    name: str
    namespace: str
    uid: str
    resource_version: str
    existed: bool = False


class _AccessReview(ApiModel):
    allowed: bool = Field(validation_alias=AliasPath("status", "allowed"))


class Api:
    """One cluster seen as one user, from any number of threads. Every method may raise ApiError."""

    def __init__(self, transport: Transport, *, namespace: str) -> None:
        self._transport = transport
        self.server: str = transport.server
        self.context: str | None = transport.login.context
        self.namespace = namespace

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def requests(self) -> int:
        """How many requests were sent until now, those that were sent again included."""
        return self._transport.requests

    def close(self) -> None:
        self._transport.close()

    def get(self, path: str, model: type[T], *, metadata: bool = False) -> T:
        """Read one object, or no more than its metadata."""
        accept = _METADATA.format("") if metadata else JSON
        return self._ask(Call("GET", path, accept=accept), model)

    def ask_service(
        self, service: tuple[str, str], port: int, path: str, params: dict[str, str], model: type[T]
    ) -> T:
        """What a Service (namespace and name) answers a GET by way of the API server's proxy.

        It is asked twice at most, for 5 seconds each; an error may be the Service's as well as the API's.
        """
        namespace, name = (quote(part, safe="") for part in service)
        proxy = f"/api/v1/namespaces/{namespace}/services/{name}:{port}/proxy{path}"
        call = Call("GET", proxy, params, read_timeout=_SERVICE_TIMEOUT)
        return self._ask(call, model, attempts=2)

    def list(
        self,
        path: str,
        model: type[T],
        *,
        selector: str | None = None,
        fields: str | None = None,
        metadata: bool = False,
        cached: bool = False,
        limit: int = 500,
        attempts: int = ATTEMPTS,
        timeout: float | None = None,
    ) -> Listing[T]:
        """Read a whole list in pages of `limit`, starting over once if the API forgets its place (410).

        With `metadata` no more of its objects than that. `cached` is as the API server remembers them: to
        find the pods of a node, etcd reads all of the cluster. Each page is asked for at most `attempts`
        times, for `timeout` seconds (None: the client's own).
        """
        version = "0" if cached else None
        params = _present(
            labelSelector=selector, fieldSelector=fields, resourceVersion=version, limit=str(limit)
        )
        accept = _METADATA.format("List") if metadata else JSON
        first = Call("GET", path, params, accept=accept, read_timeout=timeout)
        read = partial(self._list, first, model, attempts)
        try:
            return read()
        except errors.Gone:
            return read()

    def _list(self, call: Call, model: type[T], attempts: int) -> Listing[T]:
        items: list[T] = []
        bad: list[Bad] = []
        while True:
            body = self._transport.send(call, attempts=attempts)
            try:
                page = read_page(body, model)
            except ValidationError as error:
                raise faults.of_bad_answer(call.verb, call.resource, reason(error)) from error
            items += page.items
            bad += page.bad
            if not page.next_page:
                return Listing(items, page.resource_version, bad)
            if page.next_page == call.params.get("continue"):
                raise faults.of_bad_answer(call.verb, call.resource, "the same page came twice")
            call = replace(call, params={**call.params, "continue": page.next_page})

    def create(self, path: str, body: dict[str, Any], *, label: str | None = None) -> Created:
        """Create an object by POST to its collection.

        An attempt whose answer got lost is made again, so what exists already is taken for ours when it
        carries the same value of `label` (a label's name) as `body`; otherwise that is a Conflict.
        """
        try:
            made = self._ask(Call("POST", path, body=_json(body), accept=_METADATA.format("")), Object)
        except errors.Conflict as conflict:
            made = self._own(path, body, label, conflict)
            return Created(*_identity(made), existed=True)
        return Created(*_identity(made))

    def _own(self, path: str, body: dict[str, Any], label: str | None, conflict: errors.Conflict) -> Object:
        """The existing object that made a creation fail, if it is ours."""
        wanted = body.get("metadata", {}).get("labels", {}).get(label)
        if wanted is None or conflict.reason != "AlreadyExists":
            raise conflict
        found = self.get(f"{path}/{quote(body['metadata']['name'], safe='')}", Object)
        if found.meta.labels.get(label or "") != wanted:
            raise conflict
        return found

    def annotate(self, path: str, annotations: dict[str, str]) -> None:
        """Set annotations of one object; what it has of others stays."""
        body = _json({"metadata": {"annotations": annotations}})
        self._transport.send(Call("PATCH", path, body=body, content_type=_MERGE, accept=_METADATA.format("")))

    def delete(self, path: str, *, timeout: float | None = None) -> None:
        """Ask for the deletion of one object; one that is gone already is no error."""
        try:
            self._transport.send(Call("DELETE", path, accept=_METADATA.format(""), read_timeout=timeout))
        except errors.NotFound:
            return

    def delete_collection(
        self, path: str, selector: str, *, propagation: str = "Background", timeout: float | None = None
    ) -> None:
        """Ask for the deletion of all objects of a collection that `selector` (never empty) selects."""
        if not selector:
            raise ValueError("deleting a collection needs a selector")
        options = _json({"propagationPolicy": propagation})
        selected, accept = {"labelSelector": selector}, _METADATA.format("List")
        self._transport.send(Call("DELETE", path, selected, options, accept=accept, read_timeout=timeout))

    def log(self, namespace: str, pod: str, *, limit_bytes: int, tail_lines: int | None = None) -> bytes:
        """A pod's log: of its last `tail_lines` lines (None: all) the first `limit_bytes` bytes."""
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(pod, safe='')}/log"
        lines = None if tail_lines is None else str(tail_lines)
        params = _present(limitBytes=str(limit_bytes), tailLines=lines)
        return self._transport.send(Call("GET", path, params, accept="*/*"))[:limit_bytes]

    def allowed(
        self, verb: str, group: str, resource: str, namespace: str, subresource: str = "", name: str = ""
    ) -> bool:
        """Whether this user may do this (a SelfSubjectAccessReview).

        An empty namespace means everywhere, an empty name every object.
        """
        asked = {
            "verb": verb,
            "group": group,
            "resource": resource,
            "namespace": namespace,
            "subresource": subresource,
            "name": name,
        }
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asked},
        }
        return self._ask(Call("POST", _REVIEWS, body=_json(review)), _AccessReview).allowed

    def stream(
        self, path: str, params: dict[str, str], read_timeout: float, stop: threading.Event | None = None
    ) -> Generator[bytes]:
        """The lines of a watch as they come, in one attempt, until its end or `stop`.

        Unreachable when it breaks or is silent for `read_timeout` seconds.
        """
        call = Call("GET", path, {**params, "watch": "true"}, read_timeout=read_timeout)
        try:
            yield from split_lines(self._transport.stream(call, stop or threading.Event()))
        except ValueError as error:
            raise faults.of_bad_answer(call.verb, call.resource, str(error)) from error

    def _ask(self, call: Call, model: type[T], *, attempts: int = ATTEMPTS) -> T:
        body = self._transport.send(call, attempts=attempts)
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            raise faults.of_bad_answer(call.verb, call.resource, reason(error)) from error


def _present(**params: str | None) -> dict[str, str]:
    return {name: value for name, value in params.items() if value is not None}


def _json(body: dict[str, Any]) -> bytes:
    return to_json(body)


def _identity(made: Object) -> tuple[str, str, str, str]:
    return made.meta.name, made.meta.namespace, made.meta.uid, made.meta.resource_version
