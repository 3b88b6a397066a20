"""Observes a shared volume: whether a node mounts and writes it, and what two nodes see of each other."""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce

if __name__ == "__main__":
    announce("storage")  # before the imports, which take longer than the interpreter's own start

import hashlib
import os
import time
from functools import partial

from forked import Child, Trouble
from locks import observe_locks
from log import run_and_target, say
from meeting import Meeting
from mounts import mount_of, space_of
from party import PEERS_FILE, wait_for_party
from shared import TIMEOUT, Fault, Observation, read, run
from sharing import clock, observe_race, observe_renames, observe_rewrites, observe_visibility, visibility
from speed import observe_small_files, observe_stream
from tasks import Deadline
from volume import CREATE, Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from forked import Teller
    from shared import Json

VOLUME = os.environ.get("RUNAI_PREFLIGHT_VOLUME", "/volume")
SILENCE = 5.0  # seconds in which any call on a volume should return, and what was written show elsewhere
MEET = 15.0  # seconds in which the peer's files should show
WATCH = 0.4  # seconds for which a file that is replaced is read
LIMIT = 15.0  # seconds that either part may take, not counting the meeting
FAREWELL = 3.0  # seconds to end, when time is short
CONTENT = b"runai-preflight\n" * 256
FILES = {"single": (5, 0.2), "pair": (50, 2.0)}  # small files, and seconds for them
OVER = ("peer-stopped", "peer-silent")  # for the other one


class Order:
    """What the parameters ask for, and who this is."""

    def __init__(self, observation: Observation) -> None:
        self.run, self.name = run_and_target()
        self.path = observation.parameter("path", VOLUME)
        self.role = observation.parameter("role", "single")
        self.peers_file = observation.parameter("peersFile", PEERS_FILE)
        self.silence = observation.parameter("silence", SILENCE)
        self.meet = observation.parameter("meetWithin", MEET)
        self.watch = observation.parameter("watchSeconds", WATCH)
        if self.role not in FILES:
            raise Fault("bad-parameters", f"parameter 'role' must be {' or '.join(FILES)}")
        timeout = observation.parameter("timeout", TIMEOUT)
        self.party = Deadline(max(0.0, timeout - self.meet - LIMIT - FAREWELL))

    def folder(self, name: str, teller: Teller) -> Folder:
        """A folder of this run on the volume."""
        root = teller.call("realpath", os.path.realpath, self.path)
        return Folder(root, self.run, name, teller)


def try_alone(order: Order, teller: Teller) -> None:
    """Is it mounted, how much room is there, and does a file keep what is written to it?"""
    look(order, teller)
    teller.stage("folder")
    digest = hashlib.sha256(order.name.encode()).hexdigest()[:12]
    folder = order.folder(f"{digest}-{os.getpid()}", teller)
    teller.fact("removed", False)
    try:
        folder.make()
        write_and_read(folder, teller)
        teller.stage("small-files")
        teller.fact("smallFiles", observe_small_files(folder, *FILES[order.role]))
    except Trouble:
        give_up(folder.wipe, teller)
        raise
    teller.stage("remove")
    folder.wipe()
    teller.fact("removed", True)


def look(order: Order, teller: Teller) -> None:
    """What can be told without writing."""
    teller.stage("mount")
    root = teller.call("realpath", os.path.realpath, order.path)
    teller.call("stat", os.stat, root)
    teller.fact("mount", mount_of(root, read("/proc/self/mountinfo") or ""))
    teller.stage("space")
    teller.fact("space", space_of(teller.call("statvfs", os.statvfs, root)))


def write_and_read(folder: Folder, teller: Teller) -> None:
    """Whose the file is, when the file system says that it was written, and what it holds then."""
    teller.stage("write")
    before = time.time()
    with folder.open("own", CREATE) as file:
        file.write(CONTENT)
        file.sync()
        found = file.stat()
    after = time.time()
    ahead = min(0.0, found.st_mtime - before) + max(0.0, found.st_mtime - after)
    teller.fact("mtime", {"aheadSeconds": round(ahead, 3)})
    own = {"user": os.geteuid(), "group": os.getegid()}
    teller.fact("owner", {**own, "fileUser": found.st_uid, "fileGroup": found.st_gid})
    folder.put("own", CONTENT)
    teller.stage("read")
    if folder.get("own", 2 * len(CONTENT)) != CONTENT:
        raise Trouble("damaged", "a file does not hold what was written to it", "read")


def try_together(order: Order, peer: str, teller: Teller) -> None:
    """What this node and the peer see of each other's files."""
    teller.stage("meet")
    folder = order.folder("pair", teller)
    teller.fact("removed", False)
    meeting = Meeting(folder, order.silence, first=order.name < peer)
    try:
        folder.make()
        if meet(meeting, peer, order.meet, teller):
            share(meeting, folder, order, teller)
            teller.stage("remove")
            meeting.part()
        else:
            folder.wipe(meeting.me)
    except Trouble as trouble:
        give_up(meeting.leave if trouble.code not in OVER else folder.wipe, teller)
        raise
    teller.fact("removed", True)


def give_up(remove: Callable[[], None], teller: Teller) -> None:
    """Leave nothing behind, if that can be helped: what stopped the work is told, not what stops this."""
    teller.leave()
    try:
        remove()
    except Trouble:
        return
    teller.fact("removed", True)


def meet(meeting: Meeting, peer: str, patience: float, teller: Teller) -> bool:
    """Whether the peer's first file shows, and from when to when it was looked for."""
    since, seen = time.time(), True
    meeting.tell("hello")
    try:
        meeting.hear("hello", patience)
    except Trouble as trouble:
        if trouble.code != "peer-silent":
            raise
        seen = False
    looked = {"since": round(since, 1), "until": round(time.time(), 1)}
    teller.fact("peer", {"name": peer, "seen": seen, **looked})
    return seen


def share(meeting: Meeting, folder: Folder, order: Order, teller: Teller) -> None:
    """All that takes two."""
    teller.stage("visibility")
    samples = observe_visibility(meeting)
    teller.fact("visibility", visibility(samples))
    teller.fact("clock", clock(samples))
    experiments: dict[str, Callable[[], Json]] = {
        "rewrites": lambda: observe_rewrites(meeting, folder),
        "race": lambda: observe_race(meeting, folder),
        "renames": lambda: observe_renames(meeting, folder, order.watch),
        "locks": lambda: observe_locks(meeting, folder),
    }
    for name, experiment in experiments.items():
        teller.stage(name)
        teller.fact(name, experiment())
    teller.stage("stream")
    free = space_of(teller.call("statvfs", os.statvfs, order.path))["freeBytes"]
    teller.fact("stream", observe_stream(meeting, folder, free))
    teller.fact("damaged", meeting.damaged)


def find_peer(order: Order, data: Json) -> str | None:
    """The name of the one that shares the volume; where there is none, why is told."""
    try:
        party = wait_for_party(order.peers_file, order.party)
    except Fault as fault:
        data["peer"] = {"name": None, "reason": str(fault)}
        return None
    if party.peers:
        return party.peers[0].name
    why = f"{', '.join(party.missing)} did not come" if party.missing else "there is no other node"
    data["peer"] = {"name": None, "reason": why, "alone": not party.missing}
    return None


def attend(observation: Observation, child: Child) -> bool:
    """Whether the child came to its end; what it finds is kept, what stops it as well."""
    try:
        for observation.stage, name, value in child.facts():
            if name:
                observation.data[name] = value
            else:
                say(f"storage: {observation.stage}")
    except Trouble as trouble:
        observation.data["trouble"] = trouble.told()
        return False
    return True


def observe(observation: Observation) -> None:
    """What one node can tell alone; then, where it is one of two, what they see of each other."""
    order = Order(observation)
    observation.data["role"] = order.role
    if not attend(observation, Child(partial(try_alone, order), order.silence, LIMIT)):
        return
    if order.role == "pair":
        observation.stage = "party"
        peer = find_peer(order, observation.data)
        if peer is not None:
            work = partial(try_together, order, peer)
            attend(observation, Child(work, order.silence, order.meet + LIMIT))


if __name__ == "__main__":
    run("storage", observe)
