"""The patch types of the API: merge, strategic merge, JSON patch and server-side apply."""

import copy
from typing import Any

from orchestrator.simulator import apply, status
from orchestrator.simulator.resources import Object
from orchestrator.simulator.routes import Call

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = ("application/apply-patch+yaml", "application/apply-patch+cbor")


def patched(call: Call, current: Object) -> Object:
    """`current` with the patch of the request applied; 415 for an unknown patch type."""
    if call.content_type in APPLY:
        return apply.applied(call, current)
    document = call.document()
    if call.content_type == JSON_PATCH:
        return json_patch(current, document)
    if call.content_type in (MERGE, STRATEGIC):
        return merge(current, document, by_name=call.content_type == STRATEGIC)  # type: ignore[no-any-return]
    accepted = ", ".join((JSON_PATCH, MERGE, STRATEGIC, APPLY[0]))
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    raise status.StatusError(415, message)


def merge(target: Any, patch: Any, *, by_name: bool = False) -> Any:
    """RFC 7386; `by_name` also merges lists of objects that have a `name`, as strategic merge does."""
    if isinstance(patch, dict):
        result = dict(target) if isinstance(target, dict) else {}
        for key, value in patch.items():
            if value is None:
                result.pop(key, None)
            else:
                result[key] = merge(result.get(key), value, by_name=by_name)
        return result
    if by_name and _named(patch) and _named(target):
        merged = {item["name"]: item for item in target}
        for item in patch:
            merged[item["name"]] = merge(merged.get(item["name"]), item, by_name=True)
        return list(merged.values())
    return copy.deepcopy(patch)


def json_patch(target: Object, operations: Any) -> Object:
    """RFC 6902 without `move` and `copy`; 422 when an operation does not fit."""
    result: Object = copy.deepcopy(target)
    for operation in operations if isinstance(operations, list) else []:
        try:
            _operate(result, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            message = f"the server rejected our request due to an error in our request: {operation}: {error}"
            raise status.StatusError(422, message) from error
    return result


def _operate(document: Object, operation: Object) -> None:
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    parent: Any = document
    for part in path:
        parent = parent[int(part)] if isinstance(parent, list) else parent[part]
    kind = operation["op"]
    if isinstance(parent, list) and kind == "add":
        parent.insert(len(parent) if last == "-" else int(last), operation["value"])
        return
    key: Any = int(last) if isinstance(parent, list) else last
    if kind == "remove":
        del parent[key]
    elif kind in ("add", "replace"):
        if kind == "replace":
            parent[key]
        parent[key] = operation["value"]
    elif kind != "test" or parent[key] != operation["value"]:
        raise ValueError(f"{kind} failed")


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value)
