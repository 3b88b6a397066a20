"""From an HTTP request line to what it asks of the API: a verb on a resource."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from orchestrator.simulator import selectors, status
from orchestrator.simulator.resources import Object, ResourceType, ResourceTypes

VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True)
class Call:
    """One request on a resource; `verb` is RBAC's word, but `log` for reading a pod's log.

    `proxied` is the path that a request on the subresource `proxy` is for.
    """

    verb: str
    type: ResourceType
    version: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    proxied: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    body: bytes = b""
    accept: str = ""

    @property
    def resource(self) -> str:
        """The resource as a role names it: `pods`, `pods/log`."""
        return f"{self.type.plural}/{self.subresource}" if self.subresource else self.type.plural

    @property
    def rbac_verb(self) -> str:
        return "get" if self.verb == "log" else self.verb

    @cached_property
    def selector(self) -> selectors.Selector:
        parameters = self.parameters
        return selectors.parse(
            parameters.get("labelSelector", ""), parameters.get("fieldSelector", ""), self.type
        )

    @property
    def dry_run(self) -> bool:
        return self.parameters.get("dryRun") == "All"

    def flag(self, name: str) -> bool:
        return self.parameters.get(name, "").lower() in ("true", "1")

    def number(self, name: str) -> int | None:
        """A parameter that must be a whole number; 400 when it is not."""
        text = self.parameters.get(name, "")
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise status.StatusError(400, f'{name}: Invalid value: "{text}": must be a number') from None

    def document(self) -> Any:
        """The body, JSON or YAML; 400 when it is neither."""
        try:
            if "yaml" in self.content_type:
                return yaml.safe_load(self.body)
            return json.loads(self.body or b"{}")
        except (ValueError, yaml.YAMLError) as error:
            raise status.StatusError(400, f"the object provided is unrecognized: {error}") from error

    def object(self) -> Object:
        document = self.document()
        if not isinstance(document, dict):
            raise status.StatusError(400, "the object provided is unrecognized: it is not a mapping")
        return document


def split(target: str) -> tuple[list[str], dict[str, str]]:
    """The path's segments and the query's parameters."""
    parts = urlsplit(target)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    return segments, dict(parse_qsl(parts.query, keep_blank_values=True))


def resolve(
    method: str,
    segments: list[str],
    parameters: dict[str, str],
    types: ResourceTypes,
    *,
    content_type: str = "application/json",
    body: bytes = b"",
    accept: str = "",
) -> Call:
    """The call that a path below /api or /apis means; 404 for a resource that the cluster does not serve."""
    group, version, rest = _group(segments)
    namespace = ""
    if len(rest) > 2 and rest[0] == "namespaces" and types.find(group, rest[2]):
        namespace, rest = rest[1], rest[2:]
    type_ = types.find(group, rest[0]) if rest else None
    if type_ is None or version not in type_.versions or method not in VERBS:
        raise status.no_such_resource()
    name, subresource = (rest[1] if len(rest) > 1 else ""), "/".join(rest[2:])
    proxied = ""
    if subresource.startswith("proxy/"):
        subresource, proxied = "proxy", subresource.removeprefix("proxy")
    verb = _verb(method, name, subresource, parameters)
    return Call(
        verb, type_, version, namespace, name, subresource, proxied, parameters, content_type, body, accept
    )


def _group(segments: list[str]) -> tuple[str, str, list[str]]:
    if segments[0] == "api" and len(segments) > 2:
        return "", segments[1], segments[2:]
    if segments[0] == "apis" and len(segments) > 3:
        return segments[1], segments[2], segments[3:]
    raise status.no_such_resource()


def _verb(method: str, name: str, subresource: str, parameters: dict[str, str]) -> str:
    if method == "GET" and subresource == "log":
        return "log"
    if method == "GET" and parameters.get("watch", "").lower() in ("true", "1"):
        return "watch"
    if method == "GET" and not name:
        return "list"
    if method == "DELETE" and not name:
        return "deletecollection"
    return VERBS[method]
