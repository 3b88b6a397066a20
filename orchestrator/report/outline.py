"""Any JSON value as indented text, as YAML would write it but that nothing is quoted: for reading only."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.redact import clean, strip_controls

STEP = "  "


def outline(value: Any, margin: str = "") -> Iterator[str]:
    """The lines of a value, each after the margin."""
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from _entry(f"{margin}{clean(str(name))}:", member, margin + STEP)
    elif isinstance(value, list | tuple) and value:
        for member in value:
            yield from _item(member, margin)
    else:
        yield from _entry(margin.removesuffix(" "), value, margin + STEP)


def _entry(head: str, value: Any, margin: str) -> Iterator[str]:
    """A scalar beside its head, anything larger below it."""
    if isinstance(value, str) and len(lines := strip_controls(value).splitlines()) > 1:
        yield f"{head} |"
        yield from (f"{margin}{line}" for line in lines)
    elif value and isinstance(value, Mapping | list | tuple):
        yield head
        yield from outline(value, margin)
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any, margin: str) -> Iterator[str]:
    """A member of a list: its first line has the dash."""
    first, *rest = outline(value, margin + STEP)
    yield f"{margin}- {first[len(margin) + len(STEP):]}"
    yield from rest


def _scalar(value: Any) -> str:
    return strip_controls(value) if value and isinstance(value, str) else json.dumps(value)
