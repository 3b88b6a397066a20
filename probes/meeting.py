"""Two who share a folder and nothing else talk by files in it."""

from __future__ import annotations

import hashlib
import json
import time

from forked import Trouble
from tasks import Deadline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json
    from volume import Folder

FIRST_POLL, LONGEST_POLL = 0.001, 0.02  # seconds
SIZE = 4096  # bytes of a message, blanks included
FAREWELL, ABRUPT = 2.0, 0.5  # seconds for the other one to clean up, and to hear that there is no more
GONE, DONE = "gone", "done"


class Meeting:
    """One end of it: `me` and `other` are "a" and "b", with which the names of their files begin.

    `patience` is in how many seconds a file of the other one should show.
    """

    def __init__(self, folder: Folder, patience: float, *, first: bool) -> None:
        self.folder = folder
        self._patience = patience
        self.me, self.other = ("a", "b") if first else ("b", "a")
        self._damaged: set[str] = set()

    @property
    def damaged(self) -> int:
        """How many messages were not whole when they first showed."""
        return len(self._damaged)

    @property
    def first(self) -> bool:
        """Whether it begins where one has to."""
        return self.me == "a"

    def tell(self, word: str, said: Json | None = None) -> None:
        """Leave a message for the other one."""
        self.folder.put(_message(self.me, word), seal(said or {}))

    def hear(self, word: str, patience: float | None = None) -> Json:
        """The other's message of this name, once the folder lists it; Trouble when that does not come."""
        patience, name = self._patience if patience is None else patience, _message(self.other, word)
        deadline, pause, names = Deadline(patience), FIRST_POLL, []
        while deadline.left():
            names = self.folder.names()
            if name in names and (said := self._read(name)) is not None:
                return said
            if _message(self.other, GONE) in names:
                raise Trouble("peer-stopped", "the peer stopped here")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_POLL)
        raise self._silence(name, name in names, patience)

    def sync(self, word: str, said: Json | None = None) -> Json:
        """Tell, and hear the same word of the other one."""
        self.tell(word, said)
        return self.hear(word)

    def _read(self, name: str) -> Json | None:
        said = unseal(self.folder.get(name, SIZE))
        if said is None:
            self._damaged.add(name)
        return said

    def _silence(self, name: str, listed: bool, patience: float) -> Trouble:
        """Why nothing was heard: a file that is not whole, or is there and not listed, is not none."""
        if listed:
            return Trouble("damaged", f"a file of the peer is not what it wrote after {patience:g} s")
        try:
            self.folder.get(name, SIZE)
        except Trouble as trouble:
            if trouble.code != "ENOENT":
                return trouble
            return Trouble("peer-silent", f"nothing came from the peer in {patience:g} s")
        return Trouble("stale-listing", f"a file of the peer is there, but not listed after {patience:g} s")

    def part(self) -> None:
        """Leave nothing behind: the first one removes all once the second has said that it is done."""
        self.tell(DONE)
        if self.first:
            self.hear(DONE)
        else:
            self._await_removal(DONE, FAREWELL)
        self.folder.wipe()

    def leave(self) -> None:
        """Stop in the middle: tell the other one, who need not wait then, and leave nothing behind."""
        self.tell(GONE)
        self._await_removal(GONE, ABRUPT)
        self.folder.wipe()

    def _await_removal(self, word: str, patience: float) -> None:
        deadline, name = Deadline(patience), _message(self.me, word)
        while name in self.folder.names() and deadline.left():
            time.sleep(LONGEST_POLL)


def _message(who: str, word: str) -> str:
    return f"{who}.{word}.said"


def seal(said: Json) -> bytes:
    """A message of SIZE bytes, with the digest of what it says."""
    text = json.dumps(said).encode()
    return (hashlib.sha256(text).hexdigest().encode() + b"\n" + text).ljust(SIZE)


def unseal(content: bytes) -> Json | None:
    """What a message says; None where it is not whole."""
    digest, _, text = content.rstrip().partition(b"\n")
    if len(content) != SIZE or hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    said: Json = json.loads(text)
    return said
