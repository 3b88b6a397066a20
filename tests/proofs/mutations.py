"""Kubernetes objects with one field changed."""

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
Json = dict[str, Any]
_IDENTITY = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")}
_OF_ANOTHER_TYPE: dict[type, tuple[Any, ...]] = {
    bool: ("yes", 1, {"x": True}),
    dict: ("text", ["x"], 3),
    float: ("text", ["x"]),
    int: ("many", {"x": 1}, [1]),
    list: ("text", 3, {"x": 1}),
    str: (7, True, ["x"], {"x": "y"}),
}
_MAPS = (
    "annotations",
    "allocatable",
    "capacity",
    "data",
    "labels",
    "matchLabels",
    "nodeSelector",
    "selector",
)


def fields(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every field and item below an object, but for what says which object it is."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in below:
        if (*at, key) not in _IDENTITY:
            yield (*at, key)
        yield from fields(each, (*at, key))


def of_another_type(value: Any) -> tuple[Any, ...]:
    """What must not stand in the place of this value."""
    return _OF_ANOTHER_TYPE.get(type(value), ())


def value_at(obj: Any, path: Path) -> Any:
    for key in path:
        obj = obj[key]
    return obj


def with_value(obj: Json, path: Path, value: Any) -> Json:
    """A copy with this value there."""
    changed = copy.deepcopy(obj)
    value_at(changed, path[:-1])[path[-1]] = value
    return changed


def without(obj: Json, path: Path) -> Json:
    """A copy without this field or item."""
    changed = copy.deepcopy(obj)
    del value_at(changed, path[:-1])[path[-1]]
    return changed


def in_map(path: Path) -> bool:
    """Whether the names below are the user's own, as those of labels are, rather than Kubernetes'."""
    return any(key in _MAPS for key in path)
