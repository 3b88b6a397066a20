"""Profiles from YAML: the shipped ones by name, a user's own by path; one may extend another.

A profile that extends another gives only what differs: its rows come first and replace inherited ones of
the same id, or change them (a merge patch) when they name no check; `remove` lists inherited ids to leave
out, features are added, other fields are taken over unless given. A row without a document of its own has
that of the first profile on the way down that names one.
"""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeGuard

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from orchestrator.errors import ProfileError, UsageError
from orchestrator.profile.draft import Draft
from orchestrator.profile.lines import Location, read_yaml
from orchestrator.profile.model import MISTAKE, Profile

_SUFFIX = ".yaml"
Source = Path | Traversable


def load(reference: str) -> Profile:
    """The profile of this shipped name or in this file.

    Raises ProfileError with file, line and field when it is not usable, UsageError when there is none.
    """
    source = _locate(reference)
    return _load_shipped(source) if _is_shipped(source) else _validated(_read(source, ()))


@cache
def _load_shipped(source: Path) -> Profile:
    return _validated(_read_shipped(source))


def _validated(draft: Draft) -> Profile:
    try:
        return Profile.model_validate(draft.raw())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise draft.error(_location(first), f"{_plain(first)}{more}") from error


def examine(file: Path) -> tuple[Profile | None, tuple[ProfileError, ...]]:
    """The profile in this file, or everything that is wrong with it."""
    try:
        draft = _read(file, ())
        return Profile.model_validate(draft.raw()), ()
    except ProfileError as error:
        return None, (error,)
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
        return None, tuple(draft.error(_location(each), _plain(each)) for each in mistakes)


@cache
def shipped_names() -> tuple[str, ...]:
    """The names of the profiles that travel with the tool, oldest release first."""
    names = [e.name.removesuffix(_SUFFIX) for e in _folder().iterdir() if e.name.endswith(_SUFFIX)]
    return tuple(sorted(names, key=lambda name: (_month(name), name)))


def load_all() -> tuple[Profile, ...]:
    """Every shipped profile, oldest release first."""
    return tuple(map(load, shipped_names()))


def default_name() -> str:
    """The newest complete profile."""
    return [name for name in shipped_names() if _field(name, "complete")][-1]


def _month(name: str) -> str:
    """When a shipped profile was released, to sort by: December when only the year is known."""
    released = str(_field(name, "released"))
    return released if "-" in released else f"{released}-12"


def _field(name: str, field: str) -> Any:
    """What a shipped profile says of itself."""
    return _head(name).get(field)


@cache
def _head(name: str) -> dict[str, Any]:
    """The fields that stand before a shipped profile's requirements, which are the most of it."""
    text = _folder().joinpath(name + _SUFFIX).read_text("utf-8")
    head: dict[str, Any] = yaml.load(text.partition("\nrequirements:")[0], yaml.CSafeLoader)
    return head


def _folder() -> Traversable:
    return files("orchestrator.profile").joinpath("shipped")


def _locate(reference: str) -> Source:
    shipped = _folder().joinpath(reference + _SUFFIX)
    if "/" not in reference and _is_file(shipped):
        return shipped
    path = Path(reference)
    if _is_file(path):
        return path
    if path.suffix in (_SUFFIX, ".yml") or "/" in reference:
        raise UsageError(f"there is no profile file {reference}")
    raise UsageError(
        f"there is no profile {reference!r}",
        hint=f"give one of {', '.join(shipped_names())}, or the path of a YAML file",
    )


def _is_file(source: Source) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return source.is_file()
    except (OSError, ValueError):
        return False


def _is_shipped(source: Source) -> TypeGuard[Path]:
    """What travels with the tool does not change while it runs, so it is read once."""
    return isinstance(source, Path) and source.is_relative_to(str(_folder()))


@cache
def _read_shipped(source: Path) -> Draft:
    return _read(source, ())


def _read(source: Source, below: tuple[Path, ...]) -> Draft:
    raw, lines = read_yaml(source)
    if "extends" not in raw:
        return Draft.of(raw, lines)
    parent, chain = raw.pop("extends"), (*below, Path(str(source)).resolve())
    if not isinstance(parent, str):
        raise lines.error(("extends",), "this must be the name of a profile or the path of a file")
    if chain[-1] in below:
        way = " extends ".join(path.name for path in chain)
        raise lines.error(("extends",), f"the profile extends itself: {way}")
    try:
        above = _parent(source, parent)
        base = _read_shipped(above) if _is_shipped(above) else _read(above, chain)
    except UsageError as error:
        raise lines.error(("extends",), error.message) from error
    return Draft.of(raw, lines, base)


def _parent(source: Source, reference: str) -> Source:
    beside = Path(str(source)).parent / reference
    return beside if _is_file(beside) else _locate(reference)


def _location(error: ErrorDetails) -> Location:
    """Where the error is; a mistake found in the whole profile says itself which row it is in."""
    if error["type"] == MISTAKE:
        return "requirements", int(error["ctx"]["row"]), str(error["ctx"]["field"])
    return error["loc"]


def _plain(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return "this field is missing"
        case "extra_forbidden":
            return "there is no such field"
        case "union_tag_invalid":
            return f"there is no check {error['ctx']['tag']!r}; there are {error['ctx']['expected_tags']}"
        case "union_tag_not_found":
            return "this row has no check"
        case _:
            return str(error["msg"]).removeprefix("Value error, ")
