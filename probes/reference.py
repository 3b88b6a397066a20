"""References to images, as `python:3.12`, `quay.io/org/name@sha256:…`, and where each registry is."""

from __future__ import annotations

import re

from endpoint import Endpoint
from shared import Fault

DOCKER_HUB = "docker.io"
DOCKER_HUB_HOST = "registry-1.docker.io"
NAMES_OF_DOCKER_HUB = (DOCKER_HUB, "index.docker.io", DOCKER_HUB_HOST)
LIMIT = 512  # characters
HOST = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
DIGEST = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,128}")


class Reference:
    """An image: `registry` as people write it, `repository`, `tag` and `digest` (empty where not given)."""

    def __init__(self, registry: str, repository: str, tag: str, digest: str) -> None:
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest

    @classmethod
    def parse(cls, text: str) -> Reference:
        """The reference, Docker's short forms made whole; Fault where it is none."""
        name, _, digest = text.partition("@")
        name, tag = _without_tag(name)
        registry, path = _without_registry(name)
        valid = (
            len(text) <= LIMIT
            and HOST.fullmatch(registry)
            and all(COMPONENT.fullmatch(component) for component in path.split("/"))
            and (TAG.fullmatch(tag) if tag else not tag)
            and (DIGEST.fullmatch(digest) if "@" in text else True)
        )
        if not valid:
            raise Fault("bad-reference", f"{text[:LIMIT]!r} is not a reference to an image")
        if registry in NAMES_OF_DOCKER_HUB:
            registry, path = DOCKER_HUB, path if "/" in path else f"library/{path}"
        return cls(registry, path, tag or ("" if digest else "latest"), digest)

    @property
    def version(self) -> str:
        """What is asked for: the digest before the tag."""
        return self.digest or self.tag

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.registry}/{self.repository}{tag}{'@' if self.digest else ''}{self.digest}"


class Place:
    """Where a repository is asked for: the registry itself, or a mirror of it under a path of its own."""

    def __init__(self, endpoint: Endpoint, repository: str, mirror: bool) -> None:
        self.endpoint = endpoint
        self.repository = repository
        self.mirror = mirror

    @classmethod
    def of(cls, reference: Reference, mirrors: dict[str, str], plain: list[str]) -> Place:
        """The mirror of the registry, where there is one; by HTTP where its URL, or `plain`, says so."""
        if reference.registry in mirrors:
            return cls._in_mirror(mirrors[reference.registry], reference.repository)
        host = DOCKER_HUB_HOST if reference.registry == DOCKER_HUB else reference.registry
        scheme = "http" if reference.registry in plain else "https"
        return cls(endpoint_at(f"{scheme}://{host}/v2/"), reference.repository, mirror=False)

    @classmethod
    def _in_mirror(cls, url: str, repository: str) -> Place:
        mirror = endpoint_at(url)
        prefix = mirror.path.strip("/")
        mirror.path = "/v2/"
        return cls(mirror, f"{prefix}/{repository}" if prefix else repository, mirror=True)


def endpoint_at(url: str, base: Endpoint | None = None) -> Endpoint:
    """Where an http or https URL leads, seen from `base`; Fault, which does not quote it, for others."""
    from urllib.parse import urljoin, urlsplit

    try:
        parts = urlsplit(urljoin(url_of(base), url) if base else url)
        port = parts.port
    except ValueError:
        raise Fault("bad-url", "an address cannot be understood") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Fault("bad-url", "an address is neither http nor https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = {"host": parts.hostname, "protocol": parts.scheme, "path": path}
    try:
        return Endpoint.parse({**given, "port": port} if port else given)
    except Fault:
        raise Fault("bad-url", "an address holds characters that none may hold") from None


def url_of(endpoint: Endpoint) -> str:
    """The endpoint as a URL."""
    return f"{endpoint.protocol}://{endpoint}{endpoint.path}"


def _without_tag(name: str) -> tuple[str, str]:
    rest, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return name, ""
    return rest, tag or "-"  # a colon with nothing behind it is no tag, and no valid one either


def _without_registry(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return DOCKER_HUB, name
