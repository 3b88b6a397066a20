"""Who is to blame for broken connections: nodes before single connections."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from orchestrator.checks.network.mesh import Edge

_BAD = 0.5  # of a node's connections


class Share(NamedTuple):
    """Of so many connections of a node, either way, so many are broken."""

    broken: int
    tried: int


class Blame(NamedTuple):
    """The nodes that are bad, and the broken connections that no bad node explains."""

    nodes: dict[str, Share]
    edges: list[Edge]


def blame(tried: Collection[Edge], broken: Collection[Edge]) -> Blame:
    """A node is bad when half of its connections are broken, those with worse nodes left aside.

    So what a bad node breaks is not held against the others. One broken connection alone blames no node.
    """
    books = _Books(tried, broken)
    bad: dict[str, Share] = {}
    while worst := books.worst():
        bad |= {node: Share(books.broken_of[node], books.tried_of[node]) for node in worst}
        books.strike(worst)
    return Blame(bad, sorted(books.broken))


class _Books:
    """How many connections each node has, of those that are not struck off yet."""

    def __init__(self, tried: Collection[Edge], broken: Collection[Edge]) -> None:
        self.broken = set(broken)
        self.tried_of = Counter(end for edge in tried for end in edge)
        self.broken_of = Counter(end for edge in broken for end in edge)
        self._left_of, self._open = self.tried_of.copy(), self.broken_of.copy()
        self._edges: dict[str, set[Edge]] = {node: set() for node in self._open}
        for edge in tried:
            for end in edge:
                if end in self._edges:
                    self._edges[end].add(edge)

    def worst(self) -> list[str]:
        """Those with the largest share of broken connections, if it is large enough."""
        shares = {node: count / self._left_of[node] for node, count in self._open.items() if count > 1}
        most = max(shares.values(), default=0.0)
        return sorted(node for node, share in shares.items() if share == most) if most >= _BAD else []

    def strike(self, nodes: list[str]) -> None:
        """Take these nodes out, with their connections."""
        for node in nodes:
            for edge in self._edges.pop(node):
                was_broken = edge in self.broken
                for end in edge:
                    self._left_of[end] -= 1
                    self._open[end] -= was_broken
                    self._edges.get(end, set()).discard(edge)
                self.broken.discard(edge)
