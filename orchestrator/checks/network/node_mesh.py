"""Whether the pods of every node reach those of every other, and who is to blame where they do not."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from orchestrator.checks.network.mesh import PROBE, Edge, Mesh, Reach, read_mesh
from orchestrator.checks.network.mesh_blame import Share, blame
from orchestrator.checks.network.mesh_groups import Groups, group, matrix, severed
from orchestrator.checks.network.network_policies import NetworkPolicy, policies_on_probes, told
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, skipped, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_WANTED = "every connection with another node is made"


class Expect(Model):
    """The labels by which nodes are grouped in a matrix: the first one that makes two to sixteen groups."""

    group_by: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "every connection between two nodes is made"


class NodeMesh(Requirement):
    check: Literal["node-mesh"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        mesh, unclear = read_mesh(evidence)
        if len(mesh.told) == 1 and not unclear:
            yield skipped(CLUSTER, "does not apply: only one node takes part, which has no other to reach")
            return
        yield from unclear
        yield from (unknown(_node(name), "it met no other node that gave an answer") for name in mesh.lonely)
        if mesh.dead:
            yield _nobody(mesh, policies_on_probes(evidence))
        elif mesh.broken or mesh.nameless:
            yield from _blamed(mesh, self._groups(mesh, evidence), policies_on_probes(evidence))
        elif mesh.tried:
            yield self._all_well(mesh, evidence)

    def _all_well(self, mesh: Mesh, evidence: Evidence) -> Verdict:
        suspects = (each for reach in mesh.told.values() for each in reach.suspects)
        late = sum(len(each.peers) for each in suspects if not each.lost)
        sampled = any(reach.tried < reach.members - 1 for reach in mesh.told.values())
        whom = "those that they tried" if sampled else "each other"
        second = f", {late} of them at the second try" if late else ""
        nodes = len(mesh.told) - len(mesh.lonely)
        message = f"the pods of {nodes} nodes reach {whom}: {len(mesh.tried)} connections{second}"
        seen = matrix(mesh, self._groups(mesh, evidence))
        return passed(CLUSTER, message, observed=seen, expected=_WANTED)

    def _groups(self, mesh: Mesh, evidence: Evidence) -> Groups | None:
        return group(mesh, inventory_of(evidence).nodes, self.expect.group_by)


def _node(name: str) -> Subject:
    return Subject(kind="Node", name=name)


def _nobody(mesh: Mesh, policies: list[NetworkPolicy]) -> Verdict:
    """Not one connection is made: that is no matter of single nodes."""
    codes = sum((reach.lost for reach in mesh.told.values()), Counter[str]())
    message = f"not one pod of {len(mesh.told)} nodes reaches another ({_told(codes)})"
    seen = {"observed": dict(sorted(codes.items())), "expected": _WANTED}
    if policies:
        return unknown(CLUSTER, f"{message}: {told(policies)} probably keeps them apart", **seen)
    return failed(CLUSTER, f"{message}: the pod network does not work, or it keeps pods apart", **seen)


def _blamed(mesh: Mesh, groups: Groups | None, policies: list[NetworkPolicy]) -> Iterator[Verdict]:
    """What lies between groups of nodes, then bad nodes, then the broken connections of others."""
    hint = f"; {told(policies)} may block them" if policies else ""
    apart = severed(mesh, groups) if groups else {}
    explained = {edge for edges in apart.values() for edge in edges}
    found = blame(mesh.tried - explained, mesh.broken.keys() - explained)
    yield from (_of_groups(names, edges, mesh, groups, hint) for names, edges in apart.items())
    yield from (_of_node(node, share, mesh, hint) for node, share in found.nodes.items())
    yield from (_of_nameless(node, reach, hint) for node, reach in mesh.nameless.items())
    yield from (_of_pair(edges, mesh, hint) for edges in _by_pair(found.edges))


def _of_groups(
    names: tuple[str, str], edges: list[Edge], mesh: Mesh, groups: Groups | None, hint: str
) -> Verdict:
    codes = Counter(mesh.broken[edge].code for edge in edges)
    message = f"not one of {len(edges)} connections between their nodes is made ({_told(codes)}){hint}"
    subject = Subject(kind="Connection", name=" <-> ".join(names))
    return failed(subject, message, observed=matrix(mesh, groups), expected=_WANTED)


def _of_node(node: str, share: Share, mesh: Mesh, hint: str) -> Verdict:
    codes = Counter(mesh.broken[edge].code for edge in mesh.edges_of[node] if edge in mesh.broken)
    there, back = (_made(mesh, node, end) for end in (0, 1))
    message = f"it reaches {there} other nodes, and {back} reach it ({_told(codes)}){hint}"
    seen = {"broken": share.broken, "tried": share.tried, "codes": dict(sorted(codes.items()))}
    return failed(_node(node), message, observed=seen, expected=_WANTED)


def _made(mesh: Mesh, node: str, end: int) -> str:
    """`0 of 4`: the connections with the node at this end that are made."""
    tried = [edge for edge in mesh.edges_of[node] if edge[end] == node]
    return f"{sum(edge not in mesh.broken for edge in tried)} of {len(tried)}"


def _of_nameless(node: str, reach: Reach, hint: str) -> Verdict:
    lost = reach.lost
    message = f"it does not reach {lost.total()} of {reach.tried} other nodes ({_told(lost)}){hint}"
    seen = {"broken": lost.total(), "tried": reach.tried, "codes": dict(sorted(lost.items()))}
    return failed(_node(node), message, observed=seen, expected=_WANTED)


def _by_pair(edges: Iterable[Edge]) -> Iterator[list[Edge]]:
    """One way or both between the same two nodes."""
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        pairs.setdefault(edge.both, []).append(edge)
    return iter(pairs.values())


def _of_pair(edges: list[Edge], mesh: Mesh, hint: str) -> Verdict:
    name = str(edges[0]) if len(edges) == 1 else " <-> ".join(edges[0].both)
    seen = {str(edge): mesh.broken[edge] for edge in edges}
    message = f"not made: {'; back: '.join(map(str, seen.values()))}{hint}"
    observed: dict[str, Any] = {key: each.model_dump(exclude={"peers"}) for key, each in seen.items()}
    return failed(Subject(kind="Connection", name=name), message, observed=observed, expected=_WANTED)


def _told(codes: Counter[str]) -> str:
    """`timeout`, or `refused 2, timeout 6`."""
    if len(codes) == 1:
        return next(iter(codes))
    return ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
