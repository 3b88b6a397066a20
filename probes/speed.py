"""How long small files take on a volume, and how fast large ones are."""

from __future__ import annotations

import os
import time

from tasks import Deadline
from volume import CREATE, READ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from meeting import Meeting
    from shared import Json
    from volume import Folder

SMALL = 4096  # bytes of a small file
BLOCK = 1 << 20  # bytes
LARGE = 64  # blocks at most
SYNC_EVERY = 4  # blocks, so that slow storage is noticed before there is much to wait for
SHARE = 4  # a large file takes no more than this part of what is free
SECONDS = 1.0
MEGA = 1e6


def quantiles(seconds: list[float]) -> Json:
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {"p50Ms": _milliseconds(ordered[last // 2]), "p99Ms": _milliseconds(ordered[round(0.99 * last)])}


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def observe_small_files(folder: Folder, count: int, seconds: float) -> Json:
    """How long each step takes with so many small files; with fewer, at least one, when the time is over."""
    deadline, content = Deadline(seconds), os.urandom(SMALL)
    laps = [_small_file(folder, content)]
    while len(laps) < count and deadline.left():
        laps.append(_small_file(folder, content))
    steps = zip(("create", "fsync", "stat", "unlink"), zip(*laps))
    return {"files": len(laps), **{step: quantiles(list(times)) for step, times in steps}}


def _small_file(folder: Folder, content: bytes) -> tuple[float, float, float, float]:
    """Seconds to create a file with all that belongs to it, for its sync alone, to look it up, to remove."""
    times = [time.monotonic()]
    with folder.open("small", CREATE) as file:
        file.write(content)
        written = time.monotonic()
        file.sync()
        synced = time.monotonic()
    times.append(time.monotonic())
    folder.stat("small")
    times.append(time.monotonic())
    folder.remove("small")
    times.append(time.monotonic())
    create, stat, unlink = (after - before for before, after in zip(times, times[1:]))
    return create, synced - written, stat, unlink


def observe_stream(meeting: Meeting, folder: Folder, free: int) -> Json | None:
    """Megabytes a second: of a file that is written here, and of the peer's, which no cache of this node has.

    None where there is no room for a file that tells anything.
    """
    blocks = min(LARGE, free // SHARE // BLOCK)
    written = _write(folder, f"{meeting.me}.large", blocks) if blocks else None
    if not meeting.sync("large", {"is": blocks > 0})["is"] or written is None:
        return None
    read = _read(folder, f"{meeting.other}.large")
    meeting.sync("large-read")
    return {"writeMBPerS": written, "readMBPerS": read}


def _write(folder: Folder, name: str, blocks: int) -> float:
    started, number, content = time.monotonic(), 0, os.urandom(BLOCK)
    with folder.open(name, CREATE) as file:
        while number < blocks and time.monotonic() - started < SECONDS:
            file.write(content)
            number += 1
            if number % SYNC_EVERY == 0:
                file.sync()
        file.sync()
    return _speed(number * BLOCK, started)


def _read(folder: Folder, name: str) -> float:
    started, size = time.monotonic(), 0
    with folder.open(name, READ) as file:
        while time.monotonic() - started < SECONDS and (content := file.read(BLOCK)):
            size += len(content)
    return _speed(size, started)


def _speed(size: int, started: float) -> float:
    return round(size / MEGA / max(time.monotonic() - started, 1e-6), 1)
