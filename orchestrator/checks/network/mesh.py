"""What the mesh probe tells of the nodes' ways to each other, as a graph."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from orchestrator.checks.verdicts import Answer, answers, judge_answer, target_subject, unanswered, unknown
from orchestrator.evidence import Evidence
from orchestrator.model import Tolerant
from orchestrator.requirement import Status, Subject, Verdict

PROBE = "mesh"
OK = "ok"


class Names(Tolerant):
    """The peers of a pod: what all names begin and end with, and what is each one's own."""

    head: str
    tail: str
    each: tuple[str, ...]

    @property
    def whole(self) -> list[str]:
        return [f"{self.head}{own}{self.tail}" for own in self.each]


class Suspects(Tolerant):
    """Peers, by place, that did not answer at once: the codes of both looks, and of other pods' looks."""

    code: str
    again: str | None = None
    indirect: str | None = None
    peers: tuple[int, ...]

    @property
    def lost(self) -> bool:
        return OK not in (self.code, self.again)

    def __str__(self) -> str:
        if self.indirect is None:
            return self.code
        return f"{self.code}, other pods {'reach it' if self.indirect == OK else 'do not reach it either'}"


class Reach(Tolerant):
    """How far a pod reached: `members` took part, it among them; without `peers` their names are lost."""

    members: int
    peers: Names | None
    tried: int
    reached: int = Field(ge=0)
    suspects: tuple[Suspects, ...]

    @property
    def lost(self) -> Counter[str]:
        """How many peers were not reached, by code."""
        counted: Counter[str] = Counter()
        for suspects in (each for each in self.suspects if each.lost):
            counted[suspects.code] += len(suspects.peers)
        return counted


class Edge(NamedTuple):
    """A connection from one node to another."""

    source: str
    target: str

    @property
    def both(self) -> tuple[str, str]:
        """The nodes of it, whichever way it leads."""
        return (self.source, self.target) if self.source < self.target else (self.target, self.source)

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


class Mesh:
    """All connections that were tried between nodes that told of them; of broken ones, how they failed."""

    def __init__(self, told: dict[str, Reach]) -> None:
        self.told = told
        self.tried: set[Edge] = set()
        self.broken: dict[Edge, Suspects] = {}
        for source, reach in told.items():
            self._add(source, reach)

    def _add(self, source: str, reach: Reach) -> None:
        names = reach.peers.whole if reach.peers else []
        edges = {
            place: Edge(source, name)
            for place, name in enumerate(names)
            if name in self.told and name != source
        }
        self.tried.update(edges.values())
        for suspects in (each for each in reach.suspects if each.lost):
            self.broken |= {edges[place]: suspects for place in suspects.peers if place in edges}

    @cached_property
    def edges_of(self) -> dict[str, list[Edge]]:
        """The connections that were tried, by each of their nodes."""
        found: dict[str, list[Edge]] = {node: [] for node in self.told}
        for edge in self.tried:
            found[edge.source].append(edge)
            found[edge.target].append(edge)
        return found

    @property
    def nameless(self) -> dict[str, Reach]:
        """Those that did not reach all their peers, and had no room to name them."""
        return {node: reach for node, reach in self.told.items() if reach.lost and reach.peers is None}

    @property
    def lonely(self) -> list[str]:
        """Those of whose connections nothing is known."""
        return [node for node, edges in self.edges_of.items() if not edges and node not in self.nameless]

    @property
    def dead(self) -> bool:
        """Not one connection was made, and some were tried."""
        lost = self.broken or self.nameless
        return bool(lost) and not any(reach.reached for reach in self.told.values())


def read_mesh(evidence: Evidence) -> tuple[Mesh, list[Verdict]]:
    """The mesh of those whose answer is understood, and what there is to say of the others."""
    told: dict[str, Reach] = {}
    verdicts: list[Verdict] = []
    for answer in answers(evidence, PROBE):
        found = _read(answer)
        if isinstance(found, Reach):
            told[answer.cell.target.name] = found
        else:
            verdicts.append(found)
    return Mesh(told), verdicts


def _read(answer: Answer) -> Reach | Verdict:
    if answer.observation is None:
        return unanswered(answer.cell)
    try:
        return Reach.model_validate(answer.observation.data)
    except ValidationError:
        message = "the mesh probe's answer on its peers cannot be understood"
        return unknown(target_subject(answer.cell.target), message)


def folded(
    evidence: Evidence,
    about: str,
    judge: Callable[[Subject, dict[str, Any]], Verdict],
    all_well: Callable[[list[Verdict]], Verdict],
) -> Iterator[Verdict]:
    """What `judge` says of each node's answer; all that pass are one finding, where nothing is wrong."""
    verdicts = [judge_answer(answer, about, judge) for answer in answers(evidence, PROBE)]
    well = [verdict for verdict in verdicts if verdict.status is Status.PASS]
    others = [verdict for verdict in verdicts if verdict.status is not Status.PASS]
    yield from others
    if well and all(verdict.status is Status.UNKNOWN for verdict in others):
        yield all_well(well)
