"""The table of requirements as the docs show it."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from orchestrator.profile.model import Profile
from orchestrator.report.expectation import expectation
from orchestrator.requirement import Requirement

_HEADS = ("Requirement", "Profiles", "Severity", "Applies", "Expected", "Check", "Section")
_RANGE = 3


class Line(NamedTuple):
    """A requirement as the table shows it; profiles that have it alike share a line."""

    requirement: str
    severity: str
    applies: str
    expected: str
    check: str
    section: str

    @classmethod
    def of(cls, row: Requirement) -> "Line":
        return cls(
            requirement=f"`{row.id}` {row.title}",
            severity=row.severity.value,
            applies=str(row.when) or "always",
            expected=expectation(row) or "as the title says",
            check=f"`{row.check}`",
            section=row.source.section,
        )


def render_catalogue(profiles: Iterable[Profile]) -> str:
    """The documents and every requirement of the profiles, as Markdown."""
    profiles = tuple(profiles)
    documents = [f"- `{p.name}` ({p.title}): {p.document}" for p in profiles]
    table = [table_row(_HEADS), table_row(["---"] * len(_HEADS)), *_table(profiles)]
    return "\n".join([*documents, "", *table])


def _table(profiles: tuple[Profile, ...]) -> Iterator[str]:
    """The lines in the order of their ids, and of the profiles that have them."""
    alike: dict[str, dict[Line, list[int]]] = {}
    for place, profile in enumerate(profiles):
        for row in profile.requirements:
            alike.setdefault(row.id, {}).setdefault(Line.of(row), []).append(place)
    names = [f"`{profile.name}`" for profile in profiles]
    for id_ in sorted(alike):
        for line, places in alike[id_].items():
            requirement, *rest = line
            yield table_row([requirement, ", ".join(spans(names, places)), *rest])


def spans(names: list[str], places: list[int]) -> Iterator[str]:
    """The names at these places; three or more that follow each other as `first` to `last`."""
    for _, pairs in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        run = [names[place] for _, place in pairs]
        yield from (run if len(run) < _RANGE else (f"{run[0]} to {run[-1]}",))


def table_row(cells: Iterable[str]) -> str:
    """A row of a Markdown table, in which nothing of the cells is markup but their backquotes."""
    return f"| {' | '.join(map(_escape, cells))} |"


def _escape(text: str) -> str:
    return re.sub(r"[\\|*<]", r"\\\g<0>", text)
