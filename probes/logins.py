"""Logins to registries, from pull secrets as a pod has them mounted. Passwords go to their registry only."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

from reference import DOCKER_HUB
from shared import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

HUB_KEY = "index.docker.io"  # under which docker login keeps the login to Docker Hub
VERSIONS = ("v1", "v2")  # of the registry's API: what stands first in the path of old keys


class Login:
    """Whom to be at the registries that `host` (a glob for each label) and the start of the path name."""

    def __init__(self, key: str, authorization: str) -> None:
        self.key = (key.partition("://")[2] or key).rpartition("@")[2]
        self.host, _, path = self.key.partition("/")
        components = [component for component in path.split("/") if component]
        self.path = components[1:] if components[:1] and components[0] in VERSIONS else components
        self.authorization = authorization

    def serves(self, host: str, repository: str) -> bool:
        """Whether the kubelet would take it for this repository."""
        here = repository.split("/")[: len(self.path)] == self.path
        return here and (_is_like(self.host, host) or (self.host == HUB_KEY and host == DOCKER_HUB))


def read_logins(paths: list[str]) -> tuple[list[Login], list[Json]]:
    """The logins of all files, longest key first as the kubelet tries them, and what became of each file.

    Of a file `path`, `code` (`ok`, `unreadable`, `malformed`) and `registries`: never whom or with what.
    """
    logins: list[Login] = []
    notes: list[Json] = []
    for path in paths:
        text = read(str(path))
        found = None if text is None else parse_logins(text)
        code = "unreadable" if text is None else "malformed" if found is None else "ok"
        notes.append({"path": path, "code": code, "registries": [login.key for login in found or []]})
        logins += found or []
    return sorted(logins, key=lambda login: login.key, reverse=True), notes


def parse_logins(text: str) -> list[Login] | None:
    """The logins of a .dockerconfigjson, or of the older .dockercfg; None where it is neither.

    Entries without a user and password are left out, as the kubelet does.
    """
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return None
    entries = config.get("auths", config) if isinstance(config, dict) else None
    if not isinstance(entries, dict):
        return None
    pairs = [(key, _authorization(entry)) for key, entry in entries.items()]
    return [Login(key, authorization) for key, authorization in pairs if authorization]


def _authorization(entry: object) -> str | None:
    if not isinstance(entry, dict):
        return None
    user, password = entry.get("username"), entry.get("password")
    if isinstance(entry.get("auth"), str) and entry["auth"]:
        user, password = _decoded(entry["auth"])
    if not isinstance(user, str) or not isinstance(password, str) or not user:
        return None
    return "Basic " + b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode("ascii")


def _decoded(auth: str) -> tuple[str | None, str | None]:
    try:
        text = b64decode(auth, validate=False).decode("utf-8").rstrip("\0")
    except ValueError:
        return None, None
    user, colon, password = text.partition(":")
    return (user, password) if colon else (None, None)


def _is_like(pattern: str, host: str) -> bool:
    from fnmatch import fnmatchcase

    labels, globs = host.lower().split("."), pattern.lower().split(".")
    return len(labels) == len(globs) and all(map(fnmatchcase, labels, globs))
