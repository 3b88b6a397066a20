"""The connections of a mesh by groups of nodes, as zones and racks: a few numbers for many of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from orchestrator.checks.network.mesh import Edge, Mesh
from orchestrator.objects import Node

_FEW, _MANY = 2, 16  # groups that are worth a matrix, and that one has room for
_NONE = "none"


class Groups(NamedTuple):
    """The group of each node that has this label."""

    label: str
    of: dict[str, str]

    def ends(self, edge: Edge) -> tuple[str, str]:
        """From which group to which; nodes without the label are one, too."""
        return self.of.get(edge.source, _NONE), self.of.get(edge.target, _NONE)


def group(mesh: Mesh, nodes: Sequence[Node], labels: Sequence[str]) -> Groups | None:
    """By the first label that tells the nodes of the mesh apart, in so many groups as a matrix may have."""
    for label in labels:
        found = {n.name: value for n in nodes if n.name in mesh.told and (value := n.labels.get(label))}
        if _FEW <= len(set(found.values())) <= _MANY:
            return Groups(label, found)
    return None


def matrix(mesh: Mesh, groups: Groups | None) -> dict[str, Any]:
    """Of so many connections so many are made; `reached/tried` from each group (outer) to each (inner)."""
    seen: dict[str, Any] = {"tried": len(mesh.tried), "reached": len(mesh.tried) - len(mesh.broken)}
    if groups is None:
        return seen
    tried, broken = (Counter(map(groups.ends, edges)) for edges in (mesh.tried, mesh.broken))
    rows: dict[str, dict[str, str]] = {}
    for (source, target), count in sorted(tried.items()):
        rows.setdefault(source, {})[target] = f"{count - broken[source, target]}/{count}"
    return seen | {"by": groups.label, "matrix": rows}


def severed(mesh: Mesh, groups: Groups) -> dict[tuple[str, str], list[Edge]]:
    """The groups between which no connection is made either way, though some are within each of both."""
    made = {groups.ends(edge) for edge in mesh.tried - mesh.broken.keys()}
    between: dict[tuple[str, str], list[Edge]] = {}
    for edge in mesh.tried:
        one, other = sorted(groups.ends(edge))
        whole = (one, one) in made and (other, other) in made and _NONE not in (one, other)
        if one != other and whole and not {(one, other), (other, one)} & made:
            between.setdefault((one, other), []).append(edge)
    return dict(sorted(between.items()))
