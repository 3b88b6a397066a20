"""The table of requirements: `python -m orchestrator.report.catalogue docs/requirements.md` writes it."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.profile.load import load, shipped_names
from orchestrator.profile.model import Profile
from orchestrator.requirement import Requirement

BEGIN = "<!-- requirements: begin, written by `make docs` -->"
END = "<!-- requirements: end -->"
_HEADS = ("Requirement", "Profiles", "Severity", "Applies", "Expected", "Check", "Section")


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
            expected=_expected(row) or "as the title says",
            check=f"`{row.check}`",
            section=row.source.section,
        )


def render_catalogue(profiles: Iterable[Profile]) -> str:
    """The documents and every requirement of the profiles, as Markdown."""
    profiles = tuple(profiles)
    documents = [f"- `{p.name}` ({p.title}): {p.document}" for p in profiles]
    table = [_table_row(_HEADS), _table_row(["---"] * len(_HEADS)), *_table(profiles)]
    return "\n".join([*documents, "", *table])


def replace_catalogue(page: str, catalogue: str) -> str:
    """The page with `catalogue` between its markers; ValueError when it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{catalogue}\n\n{END}{after}"


def _table(profiles: Iterable[Profile]) -> Iterator[str]:
    """The lines in the order of their ids, and of the profiles that have them."""
    alike: dict[str, dict[Line, list[str]]] = {}
    for profile in profiles:
        for row in profile.requirements:
            alike.setdefault(row.id, {}).setdefault(Line.of(row), []).append(f"`{profile.name}`")
    for id_ in sorted(alike):
        for line, names in alike[id_].items():
            requirement, *rest = line
            yield _table_row([requirement, ", ".join(names), *rest])


def _table_row(cells: Iterable[str]) -> str:
    """A row of a Markdown table, in which nothing of the cells is markup but their backquotes."""
    return f"| {' | '.join(map(_escape, cells))} |"


def _escape(text: str) -> str:
    return re.sub(r"[\\|*<]", r"\\\g<0>", text)


def _expected(row: Requirement) -> str:
    """In words of its own where the check has them, else the fields as the profile gives them."""
    expect = getattr(row, "expect", None)
    if "__str__" in vars(type(expect)):
        return str(expect)
    given = row.model_dump(mode="json", include={"expect"}, exclude_defaults=True).get("expect", {})
    return "; ".join(f"{name} {_words(value)}" for name, value in given.items())


def _words(value: Any) -> str:
    """A list by its members, a mapping by its keys, each with what is said of it."""
    match value:
        case list():
            return ", ".join(map(str, value))
        case dict():
            told = ((key, _told(said)) for key, said in value.items())
            return ", ".join(f"{key} ({words})" if words else key for key, words in told)
        case _:
            return str(value)


def _told(value: Any) -> str:
    return ", ".join(map(str, value.values())) if isinstance(value, dict) else str(value)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m orchestrator.report.catalogue FILE")
    file = Path(sys.argv[1])
    file.write_text(replace_catalogue(file.read_text(), render_catalogue(map(load, shipped_names()))))
