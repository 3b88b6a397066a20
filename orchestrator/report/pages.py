"""What of the docs is written from data: `python -m orchestrator.report.pages docs` writes it anew."""

import sys
from collections.abc import Callable
from pathlib import Path

from orchestrator.permissions import permissions
from orchestrator.profile.load import load_all
from orchestrator.report.catalogue import render_catalogue
from orchestrator.report.features import render_features
from orchestrator.report.grants import render_grants

PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "requirements.md": {"requirements": lambda: render_catalogue(load_all())},
    "using.md": {
        "features": lambda: render_features(load_all()),
        "permissions": lambda: render_grants(permissions()),
    },
}
"""The parts of each page, by the names in their markers."""


def marks(name: str) -> tuple[str, str]:
    """The lines between which a part stands."""
    return f"<!-- {name}: begin, written by `make docs` -->", f"<!-- {name}: end -->"


def replace_part(page: str, name: str, text: str) -> str:
    """The page with `text` as its part of this name; ValueError when it has no such part."""
    begin, end = marks(name)
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"the page has no lines {begin} and {end}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def rewritten(name: str, page: str) -> str:
    """The page of this name as it has to be."""
    for part, render in PARTS[name].items():
        page = replace_part(page, part, render())
    return page


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m orchestrator.report.pages FOLDER")
    for page in map(Path(sys.argv[1]).joinpath, PARTS):
        page.write_text(rewritten(page.name, page.read_text()))
