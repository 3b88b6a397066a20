"""The list verb: selection, pages and their continue tokens."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from orchestrator.simulator import partial
from orchestrator.simulator.resources import Object
from orchestrator.simulator.routes import Call
from orchestrator.simulator.status import StatusError
from orchestrator.simulator.store import Collection, Key, Store, Stored

_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list without the continue parameter, or use the continue token in this response to retrieve the "
    "remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
    "that were created, modified, or deleted between the time the first chunk was returned and now may show "
    "up in the list."
)

_START: Key = ("", "")


def answer(store: Store, call: Call) -> bytes:
    """The list that the call asks for, or a page of it; 410 for a continue token that is too old."""
    # The watch cache answers resourceVersion=0, and it does not page.
    limit = None if call.parameters.get("resourceVersion") == "0" else call.number("limit")
    with store.lock:
        collection = store.collection(call.type)
        version, start = _position(store, call, collection)
        found, left = _page(collection, call, start, limit or None)
    metadata: Object = {"resourceVersion": str(version)}
    if left:
        metadata["continue"] = _token(version, left[0])
        if not call.selector:
            metadata["remainingItemCount"] = len(left)
    return body(call, found, metadata)


def selected(store: Store, call: Call) -> list[Stored]:
    """Every object that the call selects."""
    with store.lock:
        found, _ = _page(store.collection(call.type), call, _START, None)
    return found


def body(call: Call, items: list[Stored], metadata: Object) -> bytes:
    """The JSON of a list; only lists of custom resources repeat kind and apiVersion in each item."""
    kind, version = f"{call.type.kind}List", call.type.api_version(call.version)
    if partial.asked_for(call, of_list=True):
        kind, version = f"{partial.KIND}List", partial.API_VERSION
        bodies = [partial.json(item) for item in items]
    else:
        bodies = [item.json(call.version) if call.type.custom else item.body for item in items]
    head = {"kind": kind, "apiVersion": version, "metadata": metadata}
    return b'%s,"items":[%s]}' % (json.dumps(head).encode()[:-1], b",".join(bodies))


def _position(store: Store, call: Call, collection: Collection) -> tuple[int, Key]:
    """Resource version and first key of the page that is asked for."""
    token = call.parameters.get("continue")
    if not token:
        return store.version, _START
    try:
        decoded = json.loads(urlsafe_b64decode(token))
        version, start = int(decoded["rv"]), (decoded["start"][0], decoded["start"][1])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise StatusError(400, "continue key is not valid") from error
    if version < collection.compacted:
        raise StatusError(410, _EXPIRED, metadata={"continue": _token(store.version, start)})
    return version, start


def _page(
    collection: Collection, call: Call, start: Key, limit: int | None
) -> tuple[list[Stored], list[Key]]:
    """The objects that the call selects from `start` on, and the keys after them."""
    keys = list(collection.keys_from(start, call.namespace))
    found: list[Stored] = []
    for index, key in enumerate(keys):
        stored = collection.items[key]
        if call.selector.matches(stored.labels, stored.fields):
            if limit is not None and len(found) == limit:
                return found, keys[index:]
            found.append(stored)
    return found, []


def _token(version: int, start: Key) -> str:
    return urlsafe_b64encode(json.dumps({"rv": version, "start": start}).encode()).decode()
