"""PEM files that an option names: certificates, and never a key."""

import ssl
from pathlib import Path

from orchestrator.errors import UsageError

_LARGEST = 512 * 1024  # characters: a ConfigMap holds 1 MiB, and the probes are in it too


def read_pem(option: str, path: Path) -> str:
    """The text of a file of certificates; UsageError when it is none, or holds a private key."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{option} {path} cannot be read: {error.strerror}") from error
    if "PRIVATE KEY" in text:
        raise UsageError(f"{option} {path} holds a private key: give the certificates only")
    if len(text) > _LARGEST:
        raise UsageError(f"{option} {path} is larger than {_LARGEST // 1024} KiB: give only your own")
    try:
        ssl.create_default_context().load_verify_locations(cadata=text.encode("ascii", "replace").decode())
    except (ssl.SSLError, ValueError) as error:
        raise UsageError(f"{option} {path} holds no PEM certificates") from error
    return text
