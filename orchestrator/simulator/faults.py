"""Faults: answers that a real API server gives on a bad day, switched on per verb and resource."""

import random
import threading
from collections import UserList
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from orchestrator.simulator.routes import Call
from orchestrator.simulator.status import StatusError, forbidden, forbidden_path

Verb = Literal["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "log", "*"]


class Fault(BaseModel):
    """What goes wrong with matching requests: each of them, the first `times`, or some by `probability`.

    `resource` may also be a path that is no resource (`/version`, `/apis`), which can have a `status` only.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    verb: Verb = "*"
    resource: str = "*"
    status: Literal[401, 403, 410, 429, 500, 503] | None = None
    kind: Literal["reset", "slow", "drop-watch", "truncate"] | None = None
    times: int | None = Field(default=None, ge=1)
    probability: float | None = Field(default=None, ge=0, le=1)
    seed: int = 0
    retry_after: int | None = Field(default=None, alias="retryAfter", ge=0)
    delay: float = Field(default=0, ge=0)
    _left: int | None = PrivateAttr(default=None)
    _random: random.Random = PrivateAttr(default_factory=random.Random)

    @model_validator(mode="after")
    def _one_effect(self) -> "Fault":
        if (self.status is None) == (self.kind is None):
            raise ValueError("a fault needs either `status` or `kind`")
        if self.kind and self.resource.startswith("/"):
            raise ValueError("a fault of a path needs a `status`")
        self._left, self._random = self.times, random.Random(self.seed)  # noqa: S311 - no secret
        return self

    @property
    def permanent(self) -> bool:
        return self.times is None and self.probability is None

    def matches(self, verb: str, rbac_verb: str, plural: str, resource: str) -> bool:
        """Does it mean this request? `pods` includes its log for the verb `log`."""
        if self.kind == "drop-watch" and verb != "watch":
            return False
        named = fnmatchcase(resource, self.resource) or (verb == "log" and fnmatchcase(plural, self.resource))
        return named and self.verb in ("*", verb, rbac_verb if "/" in self.resource else verb)

    def strike(self) -> bool:
        """Does it happen this time? Counts."""
        if self._left == 0 or (self.probability is not None and self._random.random() >= self.probability):
            return False
        if self._left is not None:
            self._left -= 1
        return True

    def error(self, call: Call, user: str) -> StatusError:
        """The Status that this fault answers with."""
        if self.status == 403:
            return forbidden(user, call.rbac_verb, call.type, call.subresource, call.namespace, call.name)
        return self._plain_error()

    def error_at(self, path: str, user: str) -> StatusError:
        """The same for a path that is no resource."""
        return forbidden_path(user, path) if self.status == 403 else self._plain_error()

    def _plain_error(self) -> StatusError:
        message = _MESSAGES[self.status or 500]
        return StatusError(self.status or 500, message, retry_after=self.retry_after)


_MESSAGES = {
    401: "Unauthorized",
    410: "The resourceVersion for the provided list is too old.",
    429: "too many requests, please try again later",
    500: "Internal error occurred: etcdserver: request timed out",
    503: "the server is currently unable to handle the request",
}


class Faults(UserList[Fault]):
    """The faults that are on; may be changed while the server runs."""

    def __init__(self, faults: list[Fault] | None = None) -> None:
        super().__init__(faults or [])
        self._lock = threading.Lock()

    def hit(self, call: Call) -> Fault | None:
        """The first fault that strikes this call."""
        with self._lock:
            for fault in self.data:
                matched = fault.matches(call.verb, call.rbac_verb, call.type.plural, call.resource)
                if matched and fault.strike():
                    return fault
        return None

    def hit_path(self, path: str) -> Fault | None:
        """The first fault that strikes a GET of a path that is no resource."""
        with self._lock:
            for fault in self.data:
                if fault.resource == path and fault.verb in ("*", "get") and fault.strike():
                    return fault
        return None

    def forbid(self, verb: str, plural: str, resource: str) -> bool:
        """Is every request of this kind answered 403?"""
        log = "log" if (verb, resource) == ("get", "pods/log") else verb
        return any(
            fault.status == 403 and fault.permanent and fault.matches(log, verb, plural, resource)
            for fault in self.data
        )
