"""Kubernetes Status objects: how the API says that a request failed, in its own words."""

from http import HTTPStatus
from typing import Any

from orchestrator.simulator.resources import Object, ResourceType

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}


class StatusError(Exception):
    """A request that ends with a Status object instead of what it asked for."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        reason: str | None = None,
        details: Object | None = None,
        retry_after: int | None = None,
        metadata: Object | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after
        self.body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": metadata or {},
            "status": "Failure",
            "message": message,
            "reason": reason or REASONS.get(code, HTTPStatus(code).phrase),
            **({"details": details} if details else {}),
            "code": code,
        }


def success(type_: ResourceType, name: str, uid: str) -> Object:
    """What a deletion answers when the object is gone at once."""
    details = {"name": name, "group": type_.group, "kind": type_.plural, "uid": uid}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }


def not_found(type_: ResourceType, name: str) -> StatusError:
    return StatusError(404, f'{type_.qualified} "{name}" not found', details=_details(type_, name))


def no_such_resource() -> StatusError:
    return StatusError(404, "the server could not find the requested resource", details={})


def already_exists(type_: ResourceType, name: str) -> StatusError:
    return StatusError(
        409,
        f'{type_.qualified} "{name}" already exists',
        reason="AlreadyExists",
        details=_details(type_, name),
    )


def conflict(type_: ResourceType, name: str, why: str) -> StatusError:
    message = f'Operation cannot be fulfilled on {type_.qualified} "{name}": {why}'
    return StatusError(409, message, details=_details(type_, name))


def modified(type_: ResourceType, name: str) -> StatusError:
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(type_, name, why)


def invalid(type_: ResourceType, name: str, field: str, problem: str) -> StatusError:
    """422 with the one field that is wrong; `problem` reads like `Required value`."""
    cause = {"reason": "FieldValueInvalid", "message": problem, "field": field}
    kind = f"{type_.kind}.{type_.group}" if type_.group else type_.kind
    return StatusError(
        422,
        f'{kind} "{name}" is invalid: {field}: {problem}',
        details={"name": name, "group": type_.group, "kind": type_.kind, "causes": [cause]},
    )


def forbidden(
    user: str, verb: str, type_: ResourceType, subresource: str, namespace: str, name: str
) -> StatusError:
    resource = f"{type_.plural}/{subresource}" if subresource else type_.plural
    scope = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    subject = f'{type_.qualified} "{name}"' if name else type_.qualified
    return StatusError(
        403,
        f'{subject} is forbidden: User "{user}" cannot {verb} resource "{resource}" '
        f'in API group "{type_.group}" {scope}',
        details=_details(type_, name),
    )


def forbidden_path(user: str, path: str) -> StatusError:
    return StatusError(403, f'forbidden: User "{user}" cannot get path "{path}"', details={})


def expired(requested: int, oldest: int) -> StatusError:
    return StatusError(410, f"too old resource version: {requested} ({oldest})")


def _details(type_: ResourceType, name: str) -> Object:
    details = {"name": name, "group": type_.group, "kind": type_.plural}
    return {key: value for key, value in details.items() if value}
