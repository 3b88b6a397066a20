"""What the mesh probe tells, node by node."""

from collections.abc import Iterable
from typing import Any

from orchestrator.evidence import Cell, Evidence, Observation, Outcome, Reason
from orchestrator.inventory.model import Inventory
from tests.unit.builders import evidence, target

Json = dict[str, Any]
Broken = dict[tuple[str, str], str]


def told(nodes: Iterable[str], broken: Broken, members: int = 0) -> dict[str, Json]:
    """What each node tells when all try all others; broken connections by (from, to), with their code."""
    names = list(nodes)
    return {
        name: answer(
            [other for other in names if other != name],
            {to: code for (source, to), code in broken.items() if source == name},
            members or len(names),
        )
        for name in names
    }


def answer(peers: list[str], lost: dict[str, str], members: int, **fields: Any) -> Json:
    """What one node tells of its peers."""
    places = {name: place for place, name in enumerate(peers)}
    suspects = [
        {"code": code, "again": code, "indirect": None, "peers": [places[name]]}
        for name, code in lost.items()
    ]
    return {
        "members": members,
        "peers": {"head": "", "tail": "", "each": peers},
        "tried": len(peers),
        "reached": len(peers) - len(lost),
        "suspects": suspects,
        **fields,
    }


def mesh(data: dict[str, Json | Reason], read: Inventory | None = None) -> Evidence:
    """Evidence in which the mesh probe answered so on each node, or gave no answer for this reason."""
    cells = [
        Cell(probe="mesh", target=target(name), outcome=Outcome.UNANSWERED, reason=each)
        if isinstance(each, Reason)
        else Cell(probe="mesh", target=target(name), outcome=Outcome.ANSWERED)
        for name, each in data.items()
    ]
    answers = [
        Observation(probe="mesh", target=target(name), source="log", data=each)
        for name, each in data.items()
        if not isinstance(each, Reason)
    ]
    return evidence(read, cells, answers)
