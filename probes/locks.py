"""Whether a lock that one node holds is refused to another, and given once it is free."""

from __future__ import annotations

import fcntl
import time

from forked import Trouble
from tasks import Deadline
from volume import CREATE, WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from meeting import Meeting
    from shared import Json
    from volume import File, Folder

KINDS: dict[str, Callable[[int, int], object]] = {"fcntl": fcntl.lockf, "flock": fcntl.flock}
AT_ONCE = fcntl.LOCK_EX | fcntl.LOCK_NB
REFUSED = ("EAGAIN", "EACCES")
PATIENCE, POLL = 2.0, 0.02  # seconds for a lock that was freed to be had
HELD = "held"


class Locks:
    """Locks of one kind between two nodes; an outcome is `works`, or what happened instead."""

    def __init__(self, meeting: Meeting, folder: Folder, kind: str, call: Callable[..., object]) -> None:
        self._meeting = meeting
        self._folder = folder
        self._kind = kind
        self._call = call

    def outcome(self) -> str:
        """`works`, or else `granted-to-both`, `not-freed` or the code of an error, in either turn."""
        turns = [self._hold() if turn == self._meeting.me else self._try(turn) for turn in ("a", "b")]
        return next((turn for turn in turns if turn != "works"), "works")

    def _hold(self) -> str:
        """Hold it until the other one has tried to; the other one says what came of it."""
        with self._folder.open(f"{self._meeting.me}.{self._kind}", CREATE) as file:
            code = self._lock(file)
            self._meeting.tell(f"{self._kind}-locked", {"code": code})
            if code == HELD:
                self._meeting.hear(f"{self._kind}-tried")
                self._lock(file, fcntl.LOCK_UN)
                self._meeting.tell(f"{self._kind}-freed")
            outcome: str = self._meeting.hear(f"{self._kind}-outcome")["outcome"]
            return outcome

    def _try(self, turn: str) -> str:
        """Try it while the other one holds it, and again when it no longer does."""
        outcome: str = self._meeting.hear(f"{self._kind}-locked")["code"]
        if outcome == HELD:
            with self._folder.open(f"{turn}.{self._kind}", WRITE) as file:
                outcome = self._against(file)
        self._meeting.tell(f"{self._kind}-outcome", {"outcome": outcome})
        return outcome

    def _against(self, file: File) -> str:
        meanwhile = self._lock(file)
        self._meeting.tell(f"{self._kind}-tried")
        self._meeting.hear(f"{self._kind}-freed")
        if meanwhile == HELD:
            return "granted-to-both"
        return self._lock_soon(file) if meanwhile in REFUSED else meanwhile

    def _lock_soon(self, file: File) -> str:
        deadline = Deadline(PATIENCE)
        while (code := self._lock(file)) in REFUSED and deadline.left():
            time.sleep(POLL)
        return "works" if code == HELD else "not-freed" if code in REFUSED else code

    def _lock(self, file: File, how: int = AT_ONCE) -> str:
        """`held`, or the code of the error."""
        try:
            self._folder.call(f"{self._kind} lock", self._call, file.descriptor, how)
        except Trouble as trouble:
            return trouble.code
        return HELD


def observe_locks(meeting: Meeting, folder: Folder) -> Json:
    """The outcome of each kind."""
    return {kind: Locks(meeting, folder, kind, call).outcome() for kind, call in KINDS.items()}
