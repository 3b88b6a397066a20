"""Time as the Kubernetes API writes it."""

from datetime import UTC, datetime


def now() -> str:
    """This moment, RFC 3339 in whole seconds: `2024-01-31T12:00:00Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
