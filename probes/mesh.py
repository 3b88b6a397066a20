"""Observes whether the pods of all nodes reach each other: TCP, sizes of packets, clocks, and a Service."""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce, run_and_target, say

if __name__ == "__main__":
    announce("mesh")  # before the imports, which take longer than the interpreter's own start

import os
import time
from functools import partial
from itertools import islice

from edges import Edge, summarize
from meshserver import Server
from meshtalk import Way
from party import PEERS_FILE, wait_for_party
from pathmtu import say_done
from servicepath import observe_names, observe_service
from shared import TIMEOUT, Observation, run
from tasks import Deadline, parallel, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from party import Party, Peer

    Item = TypeVar("Item")

PORT = 10347
HANDS = 8  # peers that are looked at at the same time
HELPERS = 2  # other pods that are asked to look at a suspect
SECOND_LOOKS = 16  # suspects; where there are more, one more look tells nothing new
PAUSE = 2.0  # seconds before that: a pod that runs may not answer yet
RESERVE = 30.0  # seconds of the timeout that looking at the peers may take
MARGIN = 2.0  # seconds of the timeout to tell what was seen
LINGER = 10.0  # seconds without a question, after which nobody will ask any more
LINGER_PER_MEMBER = 0.01  # seconds more: the last of a large party is told so much later than the first


def in_turns(hands: int, work: Callable[[Item], object], items: Iterable[Item]) -> None:
    """The work done on all items, by so many hands at the same time."""
    turns = iter(list(items))

    def lend_a_hand(_: int) -> None:
        for item in turns:
            work(item)

    parallel(lend_a_hand, range(hands))


def from_oneself_on(peers: list[Peer], name: str) -> list[Peer]:
    """The peers by name, the next one first: so not everybody looks at the same one at the same time."""
    return sorted(peers, key=lambda peer: (peer.name <= name, peer.name))


def look(edges: list[Edge], way: Way) -> None:
    """Look at every peer, and again at the suspects, helped by peers that are known to be well."""
    in_turns(HANDS, lambda edge: edge.look(way), edges)
    suspects = list(islice((edge for edge in edges if is_open(edge)), SECOND_LOOKS))
    if not suspects:
        return
    time.sleep(PAUSE)
    helpers = [edge.peer for edge in edges if edge.reached][:HELPERS]
    in_turns(HANDS, lambda edge: edge.look_again(way, helpers), suspects)


def is_open(edge: Edge) -> bool:
    """Whether a second look may tell more."""
    return not edge.reached or bool(edge.path and edge.path.lost)


def observe(observation: Observation) -> None:
    """Serve, wait for the others, look at each, and go on serving until all have looked."""
    parameter = observation.parameter
    timeout, port = parameter("timeout", TIMEOUT), parameter("port", PORT)
    end = Deadline(timeout - MARGIN)
    token, name = run_and_target()
    way = Way(port, token)
    with Server(parameter("bind", os.environ.get("RUNAI_PREFLIGHT_ADDRESS", "")), way, name) as server:
        say(f"mesh: answers on port {port}, over TCP and UDP")
        observation.stage = "party"
        patience = Deadline(max(timeout - RESERVE, timeout / 3))
        party = wait_for_party(parameter("peersFile", PEERS_FILE), patience)
        edges = [Edge(peer) for peer in from_oneself_on(party.peers, name)]
        look_around(observation, party, edges, way)
        observation.stage = "linger"
        hosts = [edge.peer.address for edge in edges if edge.reached]
        in_turns(HANDS, lambda host: say_done(way, host, name), hosts)
        quiet = parameter("linger", LINGER) + LINGER_PER_MEMBER * party.members
        observation.data["complete"] = server.linger(len(edges), quiet, end)


def look_around(observation: Observation, party: Party, edges: list[Edge], way: Way) -> None:
    """Everything that this pod can tell of the others; names and the Service are tried meanwhile."""
    parameter, data = observation.parameter, observation.data
    data.update(members=party.members, missing=len(party.missing))
    names = start(partial(observe_names, parameter("names", [])))
    service = start(partial(observe_service, parameter("service", party.service), way))
    observation.stage = "peers"
    look(edges, way)
    data.update(summarize(edges))
    observation.detail.update(missing=party.missing, edges=[edge.detail() for edge in edges])
    observation.stage = "service"
    data.update(names=names(None), service=service(None))


if __name__ == "__main__":
    run("mesh", observe)
