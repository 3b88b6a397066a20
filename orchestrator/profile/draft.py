"""A profile before it is validated: its raw fields and rows, each with the file and line it came from."""

from dataclasses import dataclass
from typing import Any, Self

from orchestrator.errors import ProfileError
from orchestrator.profile.lines import Lines, Location


@dataclass(frozen=True)
class Row:
    """What a row says, and where; `base` is the row that it changes, if it changes one."""

    raw: Any
    lines: Lines
    index: int
    base: "Row | None" = None

    @property
    def changes(self) -> bool:
        """A row without a check of its own says what is different of an inherited one."""
        return isinstance(self.raw, dict) and "check" not in self.raw

    def on(self, base: "Row") -> "Row":
        return Row(_patched(base.raw, self.raw), self.lines, self.index, base)

    def home(self, field: Location) -> "Row":
        """The row that gave this field: this one, or the one that it changes."""
        written = ("requirements", str(self.index), *map(str, field)) in self.lines.by_location
        return self if written or self.base is None else self.base.home(field)


@dataclass(frozen=True)
class Draft:
    """`homes` tells which file each of the fields was taken from."""

    fields: dict[str, Any]
    homes: dict[str, Lines]
    rows: dict[str, Row]
    lines: Lines

    @classmethod
    def of(cls, raw: dict[str, Any], lines: Lines, base: "Draft | None" = None) -> Self:
        """What a file says, on top of what it extends; ProfileError when its rows are no rows."""
        given, removed = _list(raw, "requirements", lines), _list(raw, "remove", lines)
        inherited = dict(base.rows) if base else {}
        for position, id_ in enumerate(removed):
            if inherited.pop(str(id_), None) is None:
                raise lines.error(("remove", position), f"there is no requirement {id_!r} to remove")
        own = _own_rows(given, raw.get("document"), lines)
        rows = {
            id_: row.on(inherited[id_]) if row.changes and id_ in inherited else row
            for id_, row in own.items()
        }
        rows |= {id_: row for id_, row in inherited.items() if id_ not in rows}
        fields, homes = (base.fields, base.homes) if base else ({}, {})
        merged = {**fields, **raw, **_all_features(fields, raw)}
        return cls(merged, {**homes, **dict.fromkeys(raw, lines)}, rows, lines)

    def raw(self) -> dict[str, Any]:
        document = self.fields.get("document")
        rows = [_with_document(row.raw, document) for row in self.rows.values()]
        return {**self.fields, "requirements": rows}

    def error(self, location: Location, message: str) -> ProfileError:
        """The error for a location of `raw()`, told in terms of the file that it came from."""
        match location:
            case ("requirements", int(position), *rest):
                key, row = list(self.rows.items())[position]
                tagged = rest[1:] if rest and rest[0] == _check(row.raw) else rest
                named = ".".join(map(str, ["requirements", key, *tagged]))
                home = row.home(tuple(tagged))
                return home.lines.error(("requirements", home.index, *tagged), message, named)
            case (field, *_):
                return self.homes.get(str(field), self.lines).error(location, message)
            case _:
                return self.lines.error((), message)


def _list(raw: dict[str, Any], field: str, lines: Lines) -> list[Any]:
    value = raw.pop(field, [])
    if not isinstance(value, list):
        raise lines.error((field,), "this must be a list")
    return value


def _own_rows(given: list[Any], document: Any, lines: Lines) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for index, raw in enumerate(given):
        id_ = str(raw.get("id", index)) if isinstance(raw, dict) else str(index)
        if id_ in rows:
            raise lines.error(("requirements", index, "id"), f"requirement {id_} stands twice in this file")
        rows[id_] = Row(_with_document(raw, document), lines, index)
    return rows


def _patched(base: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396): mappings are merged, null takes away, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(base) if isinstance(base, dict) else {}
    for name, value in patch.items():
        merged[name] = _patched(merged.get(name), value)
    return {name: value for name, value in merged.items() if value is not None}


def _with_document(row: Any, document: Any) -> Any:
    """A row's source is the document of its profile unless it names another."""
    if document and isinstance(row, dict) and isinstance(row.get("source"), dict):
        return {**row, "source": {"document": document, **row["source"]}}
    return row


def _all_features(inherited: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A profile's features are added to those that it inherits; null takes one away."""
    given = [fields["features"] for fields in (inherited, own) if "features" in fields]
    if len(given) == 2 and all(isinstance(features, dict) for features in given):
        return {"features": _patched(*given)}
    return {}


def _check(row: Any) -> object:
    return row.get("check") if isinstance(row, dict) else None
