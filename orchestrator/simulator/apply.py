"""Server-side apply: who owns which field, and what follows from it."""

import copy
from collections.abc import Iterator
from typing import Any

from orchestrator.simulator import clock, status
from orchestrator.simulator.resources import Object
from orchestrator.simulator.routes import Call

Path = tuple[str, ...]

_IDENTITY = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))


def applied(call: Call, current: Object) -> Object:
    """`current` with the configuration of the request merged in, on behalf of its field manager.

    Fields that the manager owned and no longer names are removed; a field that another manager applied with
    another value is a 409, unless `force` is set.
    """
    manager = call.parameters.get("fieldManager", "")
    if not manager:
        problem = "Required value: is required for apply patch"
        raise status.invalid(call.type, call.name, "fieldManager", problem)
    config = call.object()
    config.get("metadata", {}).pop("managedFields", None)
    result = copy.deepcopy(current)
    managers: list[Object] = result.setdefault("metadata", {}).pop("managedFields", [])
    given = set(_leaves(config)) - set(_IDENTITY)
    mine = {path for path in given if _value(config, path) != {}}
    others = [entry for entry in managers if entry["manager"] != manager]
    _check_conflicts(call, current, config, mine, others)
    for path in _owned(managers, manager) - mine - set().union(*(_paths(e["fieldsV1"]) for e in others)):
        _remove(result, path)
    for path in given | set(_IDENTITY):
        value = _value(config, path)
        if value is not None and not (value == {} and _value(result, path)):
            _assign(result, path, copy.deepcopy(value))
    result["metadata"]["managedFields"] = [*others, _entry(call, manager, mine)]
    return result


def _check_conflicts(
    call: Call, current: Object, config: Object, mine: set[Path], others: list[Object]
) -> None:
    for entry in others:
        for path in sorted(mine & _paths(entry["fieldsV1"])):
            if _value(current, path) == _value(config, path):
                continue
            if not call.flag("force"):
                where = "." + ".".join(path)
                message = f'Apply failed with 1 conflict: conflict with "{entry["manager"]}": {where}'
                raise status.StatusError(409, message)
            entry["fieldsV1"] = _fields(_paths(entry["fieldsV1"]) - {path})


def _entry(call: Call, manager: str, owned: set[Path]) -> Object:
    return {
        "manager": manager,
        "operation": "Apply",
        "apiVersion": call.type.api_version(call.version),
        "time": clock.now(),
        "fieldsType": "FieldsV1",
        "fieldsV1": _fields(owned),
    }


def _owned(managers: list[Object], manager: str) -> set[Path]:
    return set().union(*(_paths(entry["fieldsV1"]) for entry in managers if entry["manager"] == manager))


def _leaves(value: Object, above: Path = ()) -> Iterator[Path]:
    """The paths of all fields that hold a value; a list is one field."""
    for key, child in value.items():
        if isinstance(child, dict) and child:
            yield from _leaves(child, (*above, key))
        else:
            yield (*above, key)


def _paths(fields: Object) -> set[Path]:
    return {tuple(part.removeprefix("f:") for part in path) for path in _leaves(fields)}


def _fields(paths: set[Path]) -> Object:
    """The paths in the form of `fieldsV1`: a tree with an `f:` before each name."""
    fields: Object = {}
    for path in sorted(paths):
        _assign(fields, tuple(f"f:{part}" for part in path), {})
    return fields


def _value(obj: Any, path: Path) -> Any:
    for part in path:
        obj = obj.get(part) if isinstance(obj, dict) else None
    return obj


def _assign(obj: Object, path: Path, value: Any) -> None:
    for part in path[:-1]:
        child = obj.get(part)
        obj[part] = child if isinstance(child, dict) else {}
        obj = obj[part]
    obj[path[-1]] = value


def _remove(obj: Object, path: Path) -> None:
    for part in path[:-1]:
        obj = obj.get(part, {})
    obj.pop(path[-1], None)
