"""What two nodes see of each other's files on a volume: at once, whole, one at a time."""

from __future__ import annotations

import time

from forked import Trouble
from speed import quantiles
from tasks import Deadline
from volume import CREATE, WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from meeting import Meeting
    from shared import Json
    from volume import Folder

ROUNDS = 8
REWRITES = 3
RACES = 20
BLOCK = 4096  # bytes
LONGER = 0.2  # seconds that files go on being replaced for one who begins late to look
TURNS = ("a", "b")


class Sample:
    """A message there and one back: how many seconds each took, and the peer's clock was ahead.

    Both directions are taken to be as slow as each other, so half of the way is what it may be wrong by.
    """

    def __init__(self, sent: float, heard: Json, now: float) -> None:
        away = float(heard["sent"]) - float(heard["seen"])
        self.way = max(0.0, (now - sent) - away) / 2
        self.ahead = ((float(heard["seen"]) - sent) + (float(heard["sent"]) - now)) / 2


def observe_visibility(meeting: Meeting) -> list[Sample]:
    """Messages to and fro, each a new file of which the other one knows nothing but by the folder's list."""
    samples: list[Sample] = []
    sent = seen = 0.0
    for number in range(ROUNDS):
        if meeting.first:
            sent = _send(meeting, number, seen)
        heard = meeting.hear(f"visible-{number}")
        now = time.time()
        if sent:
            samples.append(Sample(sent, heard, now))
        seen = now
        if not meeting.first:
            sent = _send(meeting, number, seen)
    return samples


def _send(meeting: Meeting, number: int, seen: float) -> float:
    now = time.time()
    meeting.tell(f"visible-{number}", {"sent": now, "seen": seen})
    return now


def visibility(samples: list[Sample]) -> Json:
    """How long it takes until a file is written here, seen there and read."""
    return quantiles([sample.way for sample in samples])


def clock(samples: list[Sample]) -> Json:
    """By how many seconds the peer's clock is ahead of this one, by the message that was fastest."""
    best = min(samples, key=lambda sample: sample.way)
    return {"aheadSeconds": round(best.ahead, 4), "uncertaintySeconds": round(best.way, 4)}


def observe_rewrites(meeting: Meeting, folder: Folder) -> Json:
    """How often a file that the peer wrote over and closed showed what it held before, when opened anew."""
    stale = 0
    for turn in TURNS:
        for number in range(REWRITES + 1):
            content = bytes([number + 1]) * BLOCK
            if turn == meeting.me:
                with folder.open(f"{turn}.page", WRITE if number else CREATE) as file:
                    file.write(content)
                meeting.tell(f"written-{number}")
                meeting.hear(f"read-{number}")
            else:
                meeting.hear(f"written-{number}")
                stale += folder.get(f"{turn}.page", BLOCK) != content
                meeting.tell(f"read-{number}")
    return {"reads": REWRITES + 1, "stale": stale}


def observe_race(meeting: Meeting, folder: Folder) -> Json:
    """Who could create which of the same names, where only one can."""
    meeting.sync("race")
    turns = range(RACES) if meeting.first else reversed(range(RACES))  # so that they meet half-way
    own = [number for number in turns if folder.wins(f"race-{number}")]
    peer = meeting.sync("won", {"names": own})["names"]
    return {
        "names": RACES,
        "own": len(own),
        "peer": len(peer),
        "both": len(set(own) & set(peer)),
        "neither": RACES - len(set(own) | set(peer)),
    }


def observe_renames(meeting: Meeting, folder: Folder, seconds: float) -> Json:
    """What is read of a file that the peer goes on replacing by renaming: never nothing, never a part."""
    seen: Json = {}
    for turn in TURNS:
        if turn == meeting.me:
            _flip(meeting, folder, seconds + LONGER)
        else:
            meeting.hear("flipping")
            seen = watch(folder, f"{turn}.state", seconds)
            meeting.tell("watched")
    return seen


def _flip(meeting: Meeting, folder: Folder, seconds: float) -> None:
    states = [letter * BLOCK for letter in (b"0", b"1")]
    folder.put(f"{meeting.me}.state", states[0])
    meeting.tell("flipping")
    deadline, number = Deadline(seconds), 0
    while deadline.left():
        number += 1
        folder.put(f"{meeting.me}.state", states[number % 2], sync=False)
    meeting.hear("watched")


def watch(folder: Folder, name: str, seconds: float) -> Json:
    """How often the file was read, and changed, and was torn, missing or stale."""
    found = dict.fromkeys(("reads", "changes", "torn", "missing", "stale"), 0)
    deadline, last = Deadline(seconds), b""
    while deadline.left():
        found["reads"] += 1
        try:
            content = folder.get(name, BLOCK)
        except Trouble as trouble:
            if trouble.code not in ("ENOENT", "ESTALE"):
                raise
            found["missing" if trouble.code == "ENOENT" else "stale"] += 1
            continue
        found["torn"] += len(content) != BLOCK or content != content[:1] * BLOCK
        found["changes"] += bool(last) and content != last
        last = content
    return found
