"""Names that the cluster's DNS must know, and the way through a Service to one of the pods behind it."""

from __future__ import annotations

import time

from dnsclient import look_up
from shared import Fault
from tasks import Deadline, parallel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from meshtalk import Way
    from shared import Json

LOOKUP_TIMEOUT = 5.0  # seconds
PATIENCE = 5.0  # seconds until a Service has its endpoints on every node
PAUSE = 0.25  # seconds between tries


def observe_names(names: list[str]) -> list[Json]:
    """How each name resolves, as programs resolve it."""
    return parallel(_resolve, names)


def observe_service(name: str, way: Way) -> Json | None:
    """How a pod behind the Service is reached through it, tried until it is or the patience is over."""
    if not name:
        return None
    started, deadline, tries = time.monotonic(), Deadline(PATIENCE), 0
    seen: Json = {}
    while True:
        tries += 1
        seen = _try(name, way)
        if seen["code"] == "ok" or not deadline.left():
            seconds = round(time.monotonic() - started, 2)
            return {"name": name, **seen, "tries": tries, "seconds": seconds}
        time.sleep(min(PAUSE, deadline.left()))


def _try(name: str, way: Way) -> Json:
    try:
        address = look_up(name, way.port, LOOKUP_TIMEOUT)[0].host
    except Fault as fault:
        return {"stage": "resolve", "code": fault.code}
    try:
        pong = way.ping_address(address)
    except Fault as fault:
        return {"stage": "connect", "code": fault.code, "address": address}
    return {"stage": "connect", "code": "ok", "address": address, "answeredBy": pong.name, "ms": pong.ms}


def _resolve(name: str) -> Json:
    started = time.monotonic()
    code = "answer"
    try:
        look_up(name, 0, LOOKUP_TIMEOUT)
    except Fault as fault:
        code = fault.code
    return {"name": name, "code": code, "ms": round((time.monotonic() - started) * 1000, 1)}
