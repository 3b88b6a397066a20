"""The check `path-mtu`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import CLUSTER, judge, row, verdict
from tests.unit.meshes import Json, mesh

ROW = row("path-mtu", {"overheads": {"IPIP": 20, "VXLAN": 50, "WireGuard": 80}})
UNCUT = "packets in fragments do not arrive at 1 of 4 nodes"
WANTED = "packets of the pods' own MTU arrive, or a router tells how large they may be"


def sizes(**fields: Any) -> Json:
    """What a node tells of the sizes that came to its four peers."""
    told = {"own": 1500, "tried": 4, "told": [], "lost": [], "mute": [], "uncut": [], **fields}
    return {"members": 5, "mtu": told}


def lost(size: int, passed: int, *peers: int) -> Json:
    return {"size": size, "passed": passed, "peers": list(peers)}


@pytest.mark.parametrize(
    ("own", "size", "passed", "words"),
    [
        (1500, 1500, 1480, ": IPIP (20 bytes) may not be reckoned with"),
        (1500, 1480, 1450, ": VXLAN (50 bytes) may not be reckoned with"),
        (1500, 1450, 1420, ": WireGuard (80 bytes) may not be reckoned with"),
        (9001, 9000, 8981, ": IPIP (20 bytes) may not be reckoned with"),
        (1500, 1420, 1400, ""),
        (
            1500,
            1500,
            1400,
            ": IPIP (20 bytes) or VXLAN (50 bytes) or WireGuard (80 bytes) may not be reckoned with",
        ),
    ],
)
def test_what_is_lost_without_a_word(own: int, size: int, passed: int, words: str) -> None:
    data = sizes(own=own, lost=[lost(size, passed, 0, 2)])
    message = f"packets of {size} bytes to 2 of 4 nodes are lost, those of {passed} arrive{words}"
    assert judge(ROW, mesh({"n1": data})) == [verdict("warn", "n1", message, data["mtu"], WANTED)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mute": [0, 1, 2, 3]}, "of 4 nodes that TCP reaches UDP does not reach 4"),
        ({"uncut": [3]}, UNCUT),
        (
            {"mute": [0], "uncut": [3]},
            f"of 4 nodes that TCP reaches UDP does not reach 1; {UNCUT}",
        ),
    ],
)
def test_what_else_does_not_arrive(fields: Json, message: str) -> None:
    data = sizes(**fields)
    assert judge(ROW, mesh({"n1": data, "n2": sizes()})) == [
        verdict("warn", "n1", message, data["mtu"], WANTED)
    ]


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        ({}, "unknown", "the mesh probe's answer on the sizes of packets cannot be understood"),
        ({"members": 2}, "unknown", "the mesh probe's answer on the sizes of packets cannot be understood"),
        (sizes(lost=[7]), "unknown", "the mesh probe's answer on the sizes of packets cannot be understood"),
        ({"members": 2, "mtu": None}, "unknown", "no other node was reached, so that no packet was measured"),
        ({"members": 1, "mtu": None}, "skip", "does not apply: it has no other node to send packets to"),
        (Reason.NODE_LOST, "unknown", "the mesh probe gave no answer: NodeLost"),
    ],
)
def test_what_cannot_be_told(data: Json | Reason, status: str, message: str) -> None:
    assert judge(ROW, mesh({"n1": data})) == [verdict(status, "n1", message)]


def test_all_well() -> None:
    told = sizes(told=[{"mtu": 1450, "peers": [1]}])
    message = "packets as large as the pods' MTU pass between 2 nodes (1450, 1500 bytes)"
    wanted = verdict("pass", CLUSTER, message, [1450, 1500], WANTED)
    assert judge(ROW, mesh({"n1": sizes(), "n2": told})) == [wanted]
    first, second = judge(ROW, mesh({"n1": sizes(), "n2": told, "n3": Reason.NODE_LOST}))
    assert (first.subject.name, second) == ("n3", wanted)


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="mesh")]
