"""Every error that this tool raises on purpose.

    PreflightError                    exit code 2
    ├── UsageError                    a flag, an argument or a combination of them
    ├── ProfileError                  a profile file: which file, line and field
    ├── DocumentError                 an evidence, report or cluster file that cannot be read
    ├── RenderError                   a manifest template that does not yield what it must
    ├── ConnectError                  no usable kubeconfig, context or credentials
    └── ApiError                      the Kubernetes API answered with an error, or not at all
        ├── Unauthorized              401: the credentials were refused
        ├── Forbidden                 403: the verb and the resource that a role must allow
        ├── NotFound                  404
        ├── Conflict                  409: it exists already, or was changed meanwhile
        ├── Gone                      410: the list or watch has to start again
        ├── Throttled                 429, and still so after every retry
        └── Unreachable               no answer: refused, reset, timed out, TLS, DNS

Each message says what happened, to what, and what to do. What an error was made of is its `__cause__`.
"""

from enum import IntEnum, StrEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the process returns; the order of precedence is in `pipeline.exit_code`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    LEFTOVERS = 4
    INTERNAL = 70
    INTERRUPTED = 130
    NO_READER = 141


class FailOn(StrEnum):
    """The mildest finding that makes the exit code 1; `never` reports only."""

    FAIL = "fail"
    WARN = "warn"
    NEVER = "never"


class PreflightError(Exception):
    """The root: anything that ends a command with a sentence instead of a traceback."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(PreflightError):
    """The command line asks for something that cannot be."""


class ProfileError(PreflightError):
    """A profile that cannot be used; `file`, `line` (from 1) and `field` tell where, when known."""

    def __init__(
        self, message: str, *, file: Path | str, line: int | None = None, field: str | None = None
    ) -> None:
        place = f"{file}:{line}" if line else f"{file}"
        super().__init__(f"{place}: {f'{field}: ' if field else ''}{message}")
        self.file, self.line, self.field = file, line, field


class DocumentError(PreflightError):
    """A document given by the user that cannot be read as what it should be."""


class RenderError(PreflightError):
    """A template and its values do not make the objects that they must."""


class ConnectError(PreflightError):
    """There is no way to reach a cluster: kubeconfig, context or credentials."""


class ApiError(PreflightError):
    """A request that the Kubernetes API did not grant.

    `status` is the HTTP status (None when there was no answer), `reason` the machine-readable word of the
    API's Status object, `verb` and `resource` name the request in RBAC's words (`list`, `nodes`).
    """

    def __init__(
        self,
        message: str,
        *,
        verb: str,
        resource: str,
        status: int | None = None,
        reason: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.verb, self.resource, self.status, self.reason = verb, resource, status, reason


class Unauthorized(ApiError):
    """401."""


class Forbidden(ApiError):
    """403."""


class NotFound(ApiError):
    """404."""


class Conflict(ApiError):
    """409."""


class Gone(ApiError):
    """410."""


class Throttled(ApiError):
    """429."""


class Unreachable(ApiError):
    """No answer."""
