"""Units that have to meet: who of each party is there, and whom each is told of."""

import json
import random
import time
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from orchestrator.plan.model import Unit

_ALL_MEET = 64  # members, up to which everyone is told of everyone
_RINGS = 16  # beyond that each is told of its next one in so many shuffled rings


class Member(NamedTuple):
    """A unit whose pod runs."""

    unit: Unit
    pod: str
    address: str


class Word(NamedTuple):
    """What one member is told of the others, as JSON."""

    member: Member
    text: str


class Parties:
    """The parties of a run; `seed` makes the rings, so that a run can be understood afterwards.

    `service` is the name of the Service of the run, once there is one.
    """

    def __init__(self, units: Iterable[Unit], seed: str, gather: float) -> None:
        self.service = ""
        self._seed, self._gather = seed, gather
        self._expected: dict[str, list[Unit]] = {}
        self._arrived: dict[str, dict[str, Member]] = {}
        self._since: dict[str, float] = {}
        for unit in (unit for unit in units if unit.party):
            self._expected.setdefault(unit.party, []).append(unit)
        self._awaited = {party: list(units) for party, units in self._expected.items()}

    def arrive(self, member: Member) -> None:
        """A pod runs and has an address; from the first of a party on, it waits for the others."""
        party = member.unit.party
        self._since.setdefault(party, time.monotonic())
        self._arrived.setdefault(party, {}).setdefault(member.unit.name, member)

    def ready(self, open_units: Container[str]) -> Iterator[Word]:
        """The words for those parties that wait for nobody any more, each told once.

        Who came and owes no answer any more has gone again: nobody is sent to meet it.
        """
        for party in list(self._expected):
            arrived = self._arrived.get(party, {})
            if arrived and (self._all_here(party, open_units) or self._overdue(party)):
                units = self._expected.pop(party)
                here = {unit.name for unit in units if unit.name in arrived and unit.name in open_units}
                missing = [unit.target.name for unit in units if unit.name not in here]
                yield from self._words([arrived[unit.name] for unit in units if unit.name in here], missing)

    def _all_here(self, party: str, open_units: Container[str]) -> bool:
        """Whether nobody is awaited; in all it looks at each unit once, however often it is asked."""
        awaited, arrived = self._awaited[party], self._arrived[party]
        while awaited and (awaited[-1].name in arrived or awaited[-1].name not in open_units):
            awaited.pop()
        return not awaited

    def _overdue(self, party: str) -> bool:
        return time.monotonic() - self._since[party] >= self._gather

    def _words(self, members: list[Member], missing: list[str]) -> Iterator[Word]:
        for member, peers in introduce(members, self._seed):
            told = {
                "members": len(members),
                "missing": missing[:_ALL_MEET],
                "service": self.service,
                "peers": [{"name": peer.unit.target.name, "address": peer.address} for peer in peers],
            }
            yield Word(member, json.dumps(told))


def introduce(members: list[Member], seed: str) -> Iterator[tuple[Member, list[Member]]]:
    """Whom each member is to meet: all others, or in a large party its successors in 16 shuffled rings."""
    if len(members) <= _ALL_MEET:
        for member in members:
            yield member, [other for other in members if other is not member]
        return
    shuffle = random.Random(seed)  # noqa: S311 - no secret: which pairs of nodes are tried
    peers: dict[str, dict[str, Member]] = {member.unit.name: {} for member in members}
    for _ in range(_RINGS):
        ring = shuffle.sample(members, len(members))
        for member, successor in zip(ring, [*ring[1:], ring[0]], strict=True):
            peers[member.unit.name][successor.unit.name] = successor
    for member in members:
        yield member, list(peers[member.unit.name].values())
