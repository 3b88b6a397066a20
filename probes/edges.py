"""The edges of a mesh: what one pod found of each of its peers, and all of that in few bytes."""

from __future__ import annotations

from functools import partial

from pathmtu import Path, observe_path
from shared import Fault
from tasks import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeVar

    from meshtalk import Pong, Way
    from party import Peer
    from shared import Json

    Key = TypeVar("Key")

OK = "ok"
NAMES_LIMIT = 1400  # bytes that the names of all peers may take of what checks read


class Edge:
    """One peer: the code of the first look, of the second (`again`) and of other pods' looks (`indirect`)."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.code = "untried"
        self.message = ""
        self.again: str | None = None
        self.indirect: str | None = None
        self.pong: Pong | None = None
        self.path: Path | None = None

    @property
    def reached(self) -> bool:
        """Whether the peer answered, be it at the second look."""
        return self.pong is not None

    def look(self, way: Way) -> None:
        """The first look: TCP, and where that reaches the peer the sizes that UDP brings there."""
        self.code = self._look(way)

    def look_again(self, way: Way, helpers: Sequence[Peer]) -> None:
        """The second look, at what the first one left open, and that of other pods at the same time."""
        if self.path and self.path.lost:
            self._measure(way)
        if self.pong:
            return
        asked = [start(partial(self._ask, way, helper)) for helper in helpers]
        self.again = self._look(way)
        told = [code for code in (answer(None) for answer in asked) if code]
        self.indirect = OK if OK in told else told[0] if told else None

    def _look(self, way: Way) -> str:
        try:
            self.pong = way.ping(self.peer)
        except Fault as fault:
            self.message = str(fault)
            return fault.code
        self._measure(way)
        return OK

    def _measure(self, way: Way) -> None:
        try:
            path = observe_path(way, self.peer.address)
        except OSError as error:
            self.message = f"over UDP: {error}"
            return
        if self.path is None or len(path.lost) < len(self.path.lost):
            self.path = path

    def _ask(self, way: Way, helper: Peer) -> str | None:
        try:
            return way.ask_to_reach(helper, self.peer.address)
        except Fault:
            return None

    def detail(self) -> Json:
        """Everything of this edge."""
        clock = self.pong and {"leastAhead": round(self.pong.least, 6), "mostAhead": round(self.pong.most, 6)}
        return {
            "peer": self.peer.name,
            "address": self.peer.address,
            "code": self.code,
            "again": self.again,
            "indirect": self.indirect,
            "message": self.message,
            "ms": self.pong and self.pong.ms,
            "clock": clock,
            "path": self.path and vars(self.path),
        }


def summarize(edges: Sequence[Edge]) -> Json:
    """What checks read of all edges; peers are named once, and then by their place in that list."""
    reached = [edge for edge in edges if edge.pong]
    return {
        "peers": fold_names([edge.peer.name for edge in edges]),
        "tried": len(edges),
        "reached": len(reached),
        "ms": _spread([edge.pong.ms for edge in reached if edge.pong]),
        "suspects": [
            {"code": code, "again": again, "indirect": indirect, "peers": places}
            for (code, again, indirect), places in _grouped(
                ((edge.code, edge.again, edge.indirect), place)
                for place, edge in enumerate(edges)
                if edge.code != OK
            )
        ],
        "clock": _clock([edge.pong for edge in reached if edge.pong]),
        "mtu": _mtu(edges),
    }


def fold_names(names: list[str]) -> Json | None:
    """The names without what they have in common at both ends; None where even that is too long."""
    head = _common(names)
    tail = _common([name[len(head) :][::-1] for name in names])[::-1]
    each = [name[len(head) : len(name) - len(tail)] for name in names]
    size = len(head) + len(tail) + sum(len(one) + 3 for one in each)
    return {"head": head, "tail": tail, "each": each} if size <= NAMES_LIMIT else None


def _common(names: Sequence[str]) -> str:
    """The longest beginning that all have in common."""
    first, last = (min(names), max(names)) if names else ("", "")
    places = (place for place, letter in enumerate(first) if not last.startswith(letter, place))
    return first[: next(places, len(first))]


def _grouped(found: Iterable[tuple[Key, int]]) -> Iterator[tuple[Key, list[int]]]:
    groups: dict[Key, list[int]] = {}
    for key, place in found:
        groups.setdefault(key, []).append(place)
    return iter(groups.items())


def _spread(values: list[float]) -> Json | None:
    ordered = sorted(values)
    return {"min": ordered[0], "median": round(_median(ordered), 2), "max": ordered[-1]} if ordered else None


def _median(values: list[float]) -> float:
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _clock(pongs: list[Pong]) -> Json | None:
    """How far this clock is ahead of its peers' in the middle: no single one of them can shift that."""
    if not pongs:
        return None
    least, most = _median([pong.least for pong in pongs]), _median([pong.most for pong in pongs])
    return {
        "aheadSeconds": round((least + most) / 2, 4),
        "uncertaintySeconds": round((most - least) / 2, 4),
        "furthestSeconds": round(max((pong.least + pong.most for pong in pongs), key=abs) / 2, 4),
    }


def _mtu(edges: Sequence[Edge]) -> Json | None:
    """The pod's own MTU, and the peers to which less comes; `lost` is what nobody told to be too large."""
    paths = [(place, edge.path) for place, edge in enumerate(edges) if edge.path]
    if not paths:
        return None
    told = _grouped((path.told, place) for place, path in paths if path.told)
    lost = _grouped(
        ((path.lost[0], path.passed[-1]), place) for place, path in paths if path.lost and not path.mute
    )
    return {
        "own": max(path.own for _, path in paths),
        "tried": len(paths),
        "told": [{"mtu": mtu, "peers": places} for mtu, places in told],
        "lost": [{"size": size, "passed": passed, "peers": places} for (size, passed), places in lost],
        "mute": [place for place, path in paths if path.mute],
        "uncut": [place for place, path in paths if path.fragments is False],
    }
