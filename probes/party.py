"""Who else is there: what a pod that has to meet others is told once all of them run."""

from __future__ import annotations

import json
import os
import time

from shared import Fault, read

PEERS_FILE = os.environ.get("RUNAI_PREFLIGHT_PEERS", "/peers/peers.json")
POLL = 0.2  # seconds; the kubelet replaces the file, and tells nobody

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json
    from tasks import Deadline


class Peer:
    """Another member of the party, by the name of its target, and the IP address of its pod."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address


class Party:
    """All that came: how many, this one included; those that this one is to meet; and who was missed.

    `service` is the name of a Service that leads to some of them; empty where there is none.
    """

    def __init__(self, members: int, peers: list[Peer], missing: list[str], service: str = "") -> None:
        self.members = members
        self.peers = peers
        self.missing = missing
        self.service = service

    @classmethod
    def parse(cls, told: str) -> Party:
        """What the driver wrote; Fault when it is nothing that it would write."""
        try:
            content: Json = json.loads(told)
            peers = [Peer(str(each["name"]), str(each["address"])) for each in content["peers"]]
            missing = [str(name) for name in content["missing"]]
            return cls(int(content["members"]), peers, missing, str(content.get("service", "")))
        except (ValueError, TypeError, KeyError) as error:
            raise Fault("bad-party", f"what was told of the others cannot be read: {error!r}") from None


def wait_for_party(path: str, deadline: Deadline) -> Party:
    """Wait until the driver has told of the others; Fault `not-told` when it does not in time."""
    while not (told := (read(path) or "").strip()):
        if not deadline.left():
            raise Fault("not-told", "the driver did not tell who the others are")
        time.sleep(min(POLL, deadline.left()))
    return Party.parse(told)
