"""Any JSON value as indented text, as YAML would write it but that nothing is quoted: for reading only."""

import json
from typing import Any

from orchestrator.redact import clean, strip_controls

STEP = "  "


def outline(value: Any, margin: str = STEP) -> list[str]:
    """The lines of a value, each after the margin, which is not empty."""
    lines: list[str] = []
    _add(lines, value, margin)
    return lines


def _add(lines: list[str], value: Any, margin: str) -> None:
    if value and isinstance(value, dict):
        for name, member in value.items():
            _add_entry(lines, f"{margin}{clean(str(name))}:", member, margin + STEP)
    elif value and isinstance(value, list | tuple):
        for member in value:
            _add_item(lines, member, margin)
    else:
        _add_entry(lines, margin[:-1], value, margin)


def _add_entry(lines: list[str], head: str, value: Any, margin: str) -> None:
    """A scalar beside its head, anything larger below it."""
    if value and isinstance(value, dict | list | tuple):
        lines.append(head)
        _add(lines, value, margin)
    elif value and isinstance(value, str):
        _add_text(lines, head, strip_controls(value), margin)
    else:
        lines.append(f"{head} {json.dumps(value)}")


def _add_text(lines: list[str], head: str, text: str, margin: str) -> None:
    """A text of several lines stays within its margin, so that it cannot pass for anything else."""
    if "\n" in text:
        lines.append(f"{head} |")
        lines.extend(f"{margin}{line}" for line in text.split("\n"))
    else:
        lines.append(f"{head} {text}")


def _add_item(lines: list[str], member: Any, margin: str) -> None:
    """A member of a list, with a dash before its first line."""
    start = len(lines)
    _add(lines, member, margin + STEP)
    lines[start] = f"{margin}- {lines[start][len(margin) + len(STEP) :]}"
