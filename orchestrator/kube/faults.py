"""From an answer that is no success to one of our errors."""

import re
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ValidationError

from orchestrator import errors
from orchestrator.kube.paths import ResourcePath
from orchestrator.redact import clean

_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)

_CLASSES: dict[int, type[errors.ApiError]] = {
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    410: errors.Gone,
    429: errors.Throttled,
}
LOGIN_HINT = "Log in to the cluster again, and see that `kubectl get --raw /version` works with this context."
_HINTS = {
    401: LOGIN_HINT,
    429: "The API server limits this user or is overloaded; try again later.",
}
_PAGE_HINT = (
    "A proxy, a load balancer or a login page answers in its place: check the server's address in the "
    "kubeconfig, HTTPS_PROXY and NO_PROXY."
)


class Status(BaseModel):
    """The Kubernetes Status object, as far as an error needs it."""

    message: str | None = None
    reason: str | None = None
    code: int | None = None


def from_answer(verb: str, path: ResourcePath, status: int, body: bytes) -> errors.ApiError:
    """The error of an HTTP status (400 or above, or an unexpected one) and its body."""
    if is_page(body):
        return of_page(verb, path, status, body)
    detail = _status(body)
    return _said(verb, path, status, detail.reason, detail.message or body.decode(errors="replace"))


def from_status(verb: str, path: ResourcePath, status: dict[str, Any]) -> errors.ApiError:
    """The error of a Status object that came as an event of a watch."""
    try:
        detail = Status.model_validate(status)
    except ValidationError:
        detail = Status()
    return _said(verb, path, detail.code or 500, detail.reason, detail.message or "")


def _said(verb: str, path: ResourcePath, status: int, reason: str | None, words: str) -> errors.ApiError:
    said = clean(words)
    message = f"{attempt(verb, path)}: {_phrase(status)}{f': {said}' if said else ''}"
    cls = _CLASSES.get(status, errors.ApiError)
    hint = _role_hint(verb, path) if status == HTTPStatus.FORBIDDEN else _HINTS.get(status)
    return cls(message, verb=verb, resource=path.noun, status=status, reason=reason, hint=hint)


def is_page(body: bytes) -> bool:
    """Whether a body is HTML or XML, which the API never sends."""
    return body.lstrip()[:1] == b"<"


def of_page(verb: str, path: ResourcePath, status: int, body: bytes) -> errors.ApiError:
    """The error of a web page that came in place of the API's answer."""
    title = _TITLE.search(body)
    named = f' titled "{clean(title[1].decode(errors="replace"))}"' if title else ""
    message = (
        f"{attempt(verb, path)}: a web page{named} came back ({_phrase(status)}), not the Kubernetes API"
    )
    cls = _CLASSES.get(status, errors.ApiError)
    return cls(message, verb=verb, resource=path.noun, status=status, hint=_PAGE_HINT)


def of_bad_answer(verb: str, path: ResourcePath, why: str) -> errors.ApiError:
    """The error of a successful status whose body is not what the API promises."""
    message = f"{attempt(verb, path)}: the answer cannot be understood: {clean(why)}"
    return errors.ApiError(message, verb=verb, resource=path.noun, status=200)


def attempt(verb: str, path: ResourcePath) -> str:
    """What was tried, as every message begins: `Could not get pods/log x in namespace y`."""
    name = f" {path.name}" if path.name else ""
    namespace = f" in namespace {path.namespace}" if path.namespace else ""
    return f"Could not {verb} {path.noun}{name}{namespace}"


def _phrase(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase} ({status})"
    except ValueError:
        return f"HTTP {status}"


def _role_hint(verb: str, path: ResourcePath) -> str:
    if path.is_url:
        return f'A cluster role of this user must allow the verb "{verb}" on the URL {path.resource}.'
    group = f' of API group "{path.group}"' if path.group else ""
    return f'A role of this user must allow the verb "{verb}" on "{path.noun}"{group}.'


def _status(body: bytes) -> Status:
    try:
        return Status.model_validate_json(body)
    except ValidationError:
        return Status()
