"""What registries answer about images, decoded: manifests, indexes, configurations, tokens, limits."""

from __future__ import annotations

import hashlib
import json

from reference import DIGEST
from wire import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json
    from wire import Head

ACCEPTED = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
OPERATING_SYSTEM = "linux"
ARCHITECTURES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv7l": "arm",
    "armv6l": "arm",
    "i686": "386",
    "loongarch64": "loong64",
}
TEXT_LIMIT = 100  # characters of what a registry says and we repeat


class Described:
    """A blob or manifest as another document names it: `digest`, and `size` in bytes where it is told."""

    def __init__(self, told: object) -> None:
        fields = told if isinstance(told, dict) else {}
        digest, size = fields.get("digest"), fields.get("size")
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise Malformed("a descriptor has no digest")
        self.digest = digest
        self.size = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else 0


class Manifest:
    """An image for one platform, or an index of such: `children` by architecture, `offered` all of those."""

    def __init__(self, body: bytes) -> None:
        document = parse_object(body)
        entries = document.get("manifests")
        self.is_index = isinstance(entries, list)
        self.children: dict[str, Described] = {}
        self.config: Described | None = None
        self.layers: list[Described] = []
        if isinstance(entries, list):
            self._read_children(entries)
        else:
            self.config = Described(document.get("config"))
            layers = document.get("layers")
            self.layers = [Described(layer) for layer in layers] if isinstance(layers, list) else []

    def _read_children(self, entries: list[object]) -> None:
        for entry in entries:
            platform = entry.get("platform") if isinstance(entry, dict) else None
            if isinstance(platform, dict) and platform.get("os") == OPERATING_SYSTEM:
                self.children.setdefault(str(platform.get("architecture"))[:TEXT_LIMIT], Described(entry))

    @property
    def size(self) -> int:
        """Bytes that a node without any of it downloads."""
        return sum(layer.size for layer in self.layers) + (self.config.size if self.config else 0)

    @property
    def largest(self) -> Described | None:
        """The blob that tells most about a download."""
        blobs = self.layers or ([self.config] if self.config else [])
        return max(blobs, key=lambda blob: blob.size, default=None)


def parse_object(body: bytes) -> Json:
    """A JSON object; Malformed for anything else."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the answer is not JSON") from None
    if not isinstance(document, dict):
        raise Malformed("the answer is not a JSON object")
    return document


def parse_token(body: bytes) -> str:
    """The token that a token service gave, by either of its names."""
    document = parse_object(body)
    token = document.get("token") or document.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token:
        raise Malformed("the answer holds no token")
    return token


def errors_in(body: bytes) -> str:
    """The registry's own words, `CODE: message`; empty where it says nothing that can be understood."""
    try:
        errors = parse_object(body).get("errors")
    except Malformed:
        return ""
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return ""
    return ": ".join(str(first[key])[:TEXT_LIMIT] for key in ("code", "message") if first.get(key))


def digest_of(body: bytes, like: str) -> str | None:
    """The digest by the algorithm of another; None where there is no such algorithm here."""
    algorithm = like.partition(":")[0]
    if algorithm not in ("sha256", "sha384", "sha512"):
        return None
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


def rate_limit(head: Head) -> Json | None:
    """How much may be pulled: `limit` and `remaining` in `windowSeconds`, and `source`: whose share it is.

    None where the registry tells nothing of it.
    """
    limit, window = _amount(head.headers.get("ratelimit-limit", ""))
    remaining, _ = _amount(head.headers.get("ratelimit-remaining", ""))
    source = head.headers.get("docker-ratelimit-source", "")[:TEXT_LIMIT] or None
    found = {"limit": limit, "remaining": remaining, "windowSeconds": window, "source": source}
    told = {key: value for key, value in found.items() if value is not None}
    return told if "limit" in told or "remaining" in told else None


def _amount(text: str) -> tuple[int | None, int | None]:
    """The number and the window of `100;w=21600`."""
    first, _, window = text.partition(";w=")
    return _number(first), _number(window.partition(";")[0])


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
