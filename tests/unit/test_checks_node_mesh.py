"""The check `node-mesh`: who is blamed, and what is said of it."""

import random
from typing import Any

import pytest

from orchestrator.checks.network.mesh import Edge
from orchestrator.checks.network.mesh_blame import blame
from orchestrator.evidence import Evidence, Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question, Subject, Verdict
from tests.unit.builders import CLUSTER, inventory, judge, node, row, verdict
from tests.unit.meshes import Broken, Json, answer, mesh, told

ZONE, RACK = "topology.kubernetes.io/zone", "topology.kubernetes.io/rack"
ROW = row("node-mesh", {"groupBy": [ZONE, RACK]})
WANTED = "every connection with another node is made"
FIVE = ["n1", "n2", "n3", "n4", "n5"]


def isolated(name: str, nodes: list[str], code: str = "timeout") -> Broken:
    """Nothing comes to this node or from it."""
    others = [other for other in nodes if other != name]
    return {(name, other): code for other in others} | {(other, name): code for other in others}


def connection(name: str) -> Subject:
    return Subject(kind="Connection", name=name)


def found(data: dict[str, Any], read: Inventory | None = None) -> list[Verdict]:
    return judge(ROW, mesh(data, read))


def test_a_node_that_is_cut_off_is_to_blame_and_not_those_that_miss_it() -> None:
    seen = {"broken": 8, "tried": 8, "codes": {"timeout": 8}}
    message = "it reaches 0 of 4 other nodes, and 0 of 4 reach it (timeout)"
    assert found(told(FIVE, isolated("n2", FIVE))) == [verdict("fail", "n2", message, seen, WANTED)]


def test_of_three_nodes_the_one_that_is_cut_off() -> None:
    three = FIVE[:3]
    assert [each.subject.name for each in found(told(three, isolated("n3", three)))] == ["n3"]


def test_two_nodes_that_are_cut_off() -> None:
    broken = isolated("n2", FIVE) | isolated("n4", FIVE, "refused")
    first, second = found(told(FIVE, broken))
    assert (first.subject.name, second.subject.name) == ("n2", "n4")
    assert first.message == "it reaches 0 of 4 other nodes, and 0 of 4 reach it (refused 2, timeout 6)"


def test_a_node_that_is_reached_and_reaches_nobody() -> None:
    (one,) = found(told(FIVE, {("n1", other): "timeout" for other in FIVE[1:]}))
    assert one.message == "it reaches 0 of 4 other nodes, and 4 of 4 reach it (timeout)"


def test_one_way_that_is_broken_blames_no_node() -> None:
    seen = {"n1 -> n2": {"code": "timeout", "again": "timeout", "indirect": None}}
    wanted = verdict("fail", connection("n1 -> n2"), "not made: timeout", seen, WANTED)
    assert found(told(FIVE, {("n1", "n2"): "timeout"})) == [wanted]


def test_both_ways_between_two_nodes_are_one_finding() -> None:
    (one,) = found(told(FIVE, {("n4", "n2"): "timeout", ("n2", "n4"): "refused"}))
    assert (one.subject, one.message) == (connection("n2 <-> n4"), "not made: refused; back: timeout")


@pytest.mark.parametrize(
    ("indirect", "words"),
    [
        (None, "timeout"),
        ("ok", "timeout, other pods reach it"),
        ("refused", "timeout, other pods do not reach it either"),
    ],
)
def test_what_other_pods_saw(indirect: str | None, words: str) -> None:
    data = told(FIVE, {("n1", "n2"): "timeout"})
    data["n1"]["suspects"][0]["indirect"] = indirect
    assert [each.message for each in found(data)] == [f"not made: {words}"]


def test_two_nodes_of_which_one_way_is_broken() -> None:
    (one,) = found(told(["n1", "n2"], {("n1", "n2"): "timeout"}))
    assert one.subject == connection("n1 -> n2")


def test_nobody_reaches_anybody() -> None:
    broken = {(a, b): "timeout" for a in FIVE for b in FIVE if a != b}
    why = "the pod network does not work, or it keeps pods apart"
    message = f"not one pod of 5 nodes reaches another (timeout): {why}"
    assert found(told(FIVE, broken)) == [verdict("fail", CLUSTER, message, {"timeout": 20}, WANTED)]


def policy(name: str, namespace: str = "lab", **spec: Any) -> Json:
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"podSelector": {}, **spec}}


def under(policies: list[Json], data: dict[str, Any]) -> Evidence:
    """Evidence of a run in namespace lab, with these policies in the cluster."""
    seen = mesh(data, Inventory(objects={"networkpolicies": tuple(policies)}))
    return seen.model_copy(update={"run": seen.run.model_copy(update={"namespace": "lab"})})


DEAD = told(FIVE[:2], {("n1", "n2"): "timeout", ("n2", "n1"): "timeout"})


OURS = {"matchLabels": {"app.kubernetes.io/name": "runai-preflight"}}


@pytest.mark.parametrize(
    ("spec", "limits"),
    [
        ({"policyTypes": ["Ingress"]}, "ingress, with no rule"),
        ({}, "ingress, with no rule"),
        ({"egress": [{}]}, "ingress, with no rule; egress"),
        ({"policyTypes": ["Egress"], "egress": [{"ports": []}]}, "egress"),
        (
            {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "runai-preflight"}}},
            "ingress, with no rule",
        ),
        (
            {"podSelector": {"matchExpressions": [{"key": "runai-preflight/run", "operator": "Exists"}]}},
            "ingress, with no rule",
        ),
    ],
)
def test_a_policy_that_selects_the_probes_is_named(spec: Json, limits: str) -> None:
    message = (
        "not one pod of 2 nodes reaches another (timeout): "
        f"NetworkPolicy lab/deny ({limits}) probably keeps them apart"
    )
    (one,) = judge(ROW, under([policy("deny", **spec)], DEAD))
    assert (one.status, one.message) == ("unknown", message)


@pytest.mark.parametrize(
    "other",
    [
        policy("deny", namespace="elsewhere"),
        policy("deny", podSelector={"matchLabels": {"app": "web"}}),
        policy("deny", podSelector={"matchLabels": {"runai-preflight/run": "another"}}),
        policy("deny", podSelector={"matchExpressions": [{"key": "x", "operator": "Odd"}]}),
    ],
)
def test_a_policy_for_other_pods_is_not(other: Json) -> None:
    (one,) = judge(ROW, under([other], DEAD))
    assert (one.status, "NetworkPolicy" in one.message) == ("fail", False)


def test_a_policy_where_only_some_connections_fail() -> None:
    data = told(FIVE, {("n1", "n2"): "timeout"})
    (one,) = judge(ROW, under([policy("some", ingress=[{"ports": []}])], data))
    assert one.message == "not made: timeout; NetworkPolicy lab/some (ingress) may block them"


def test_a_node_that_gave_no_answer_is_unknown_and_blames_nobody() -> None:
    data: dict[str, Any] = told(FIVE, isolated("n5", FIVE))
    message = "the mesh probe gave no answer: NodeLost"
    first, second = found({**data, "n5": Reason.NODE_LOST})
    assert first == verdict("unknown", "n5", message)
    assert (second.status, second.message) == ("pass", "the pods of 4 nodes reach each other: 12 connections")


@pytest.mark.parametrize(
    "wrong", [{}, {"suspects": 3}, {"tried": "many"}, {"peers": {"head": 1}}, {"members": None}]
)
def test_an_answer_that_cannot_be_understood(wrong: Json) -> None:
    data: dict[str, Any] = told(FIVE, {})
    message = "the mesh probe's answer on its peers cannot be understood"
    broken = found({**data, "n1": {**data["n1"], **wrong} if wrong else {}})
    assert broken[0] == verdict("unknown", "n1", message)
    assert len(broken) == 2


def test_places_that_there_are_not_are_left_aside() -> None:
    data = told(FIVE, {})
    data["n1"]["suspects"] = [{"code": "timeout", "again": None, "indirect": None, "peers": [99, -1]}]
    assert [each.status for each in found(data)] == ["pass"]


def test_peers_without_names_are_counted() -> None:
    data = told(FIVE, {("n1", other): "timeout" for other in FIVE[1:]})
    data["n1"]["peers"] = None
    seen = {"broken": 4, "tried": 4, "codes": {"timeout": 4}}
    message = "it does not reach 4 of 4 other nodes (timeout)"
    assert found(data) == [verdict("fail", "n1", message, seen, WANTED)]


def test_only_one_node() -> None:
    message = "does not apply: only one node takes part, which has no other to reach"
    assert found({"n1": answer([], {}, 1)}) == [verdict("skip", CLUSTER, message)]


def test_nodes_that_were_told_of_nobody() -> None:
    message = "it met no other node that gave an answer"
    alone = {"n1": answer([], {}, 1), "n2": answer([], {}, 1)}
    assert found(alone) == [verdict("unknown", name, message) for name in ("n1", "n2")]
    three = told(FIVE[:3], {})
    first, second = found({**three, "n4": answer([], {}, 1)})
    assert first == verdict("unknown", "n4", message)
    assert second.message == "the pods of 3 nodes reach each other: 6 connections"


def test_one_node_that_answered_and_one_that_did_not() -> None:
    data = {"n1": answer(["n2"], {"n2": "timeout"}, 2), "n2": Reason.NODE_LOST}
    assert [(each.status, each.subject.name) for each in found(data)] == [
        ("unknown", "n2"),
        ("unknown", "n1"),
    ]


def test_all_well_by_zone() -> None:
    zones = {"n1": "a", "n2": "a", "n3": "b", "n4": "b"}
    nodes = [node(name, labels={ZONE: zone, RACK: name}) for name, zone in zones.items()]
    matrix = {"a": {"a": "2/2", "b": "4/4", "none": "2/2"}, "b": {"a": "4/4", "b": "2/2", "none": "2/2"}}
    matrix["none"] = {"a": "2/2", "b": "2/2"}
    seen = {"tried": 20, "reached": 20, "by": ZONE, "matrix": matrix}
    message = "the pods of 5 nodes reach each other: 20 connections"
    assert found(told(FIVE, {}), inventory(*nodes, node("n5"))) == [
        verdict("pass", CLUSTER, message, seen, WANTED)
    ]


@pytest.mark.parametrize(
    ("labels", "by"),
    [
        ([{ZONE: "a"}] * 5, None),
        ([{ZONE: "a", RACK: str(number % 2)} for number in range(5)], RACK),
        ([{}] * 5, None),
    ],
)
def test_the_label_that_tells_nodes_apart(labels: list[dict[str, str]], by: str | None) -> None:
    nodes = [node(name, labels=each) for name, each in zip(FIVE, labels, strict=True)]
    (one,) = found(told(FIVE, {}), inventory(*nodes))
    assert one.observed.get("by") == by


def test_a_hundred_racks_are_too_many_for_a_matrix() -> None:
    names = [f"n{number}" for number in range(40)]
    (one,) = found(told(names, {}), inventory(*(node(name, labels={RACK: name}) for name in names)))
    assert one.observed == {"tried": 1560, "reached": 1560}


HALVES = {"n1": "a", "n2": "a", "n3": "b", "n4": "b", "n5": "b"}
APART = {(x, y): "timeout" for x in FIVE for y in FIVE if HALVES[x] != HALVES[y]}


def test_zones_that_are_apart_are_one_finding() -> None:
    nodes = inventory(*(node(name, labels={ZONE: zone}) for name, zone in HALVES.items()))
    message = "not one of 12 connections between their nodes is made (timeout)"
    matrix = {"a": {"a": "2/2", "b": "0/6"}, "b": {"a": "0/6", "b": "6/6"}}
    seen = {"tried": 20, "reached": 8, "by": ZONE, "matrix": matrix}
    wanted = verdict("fail", connection("a <-> b"), message, seen, WANTED)
    assert found(told(FIVE, APART), nodes) == [wanted]
    more = {("n3", "n4"): "refused"}
    first, second = found(told(FIVE, APART | more), nodes)
    assert (first.subject, second.subject) == (wanted.subject, connection("n3 -> n4"))


def test_a_node_that_is_alone_in_its_zone_is_a_bad_node() -> None:
    nodes = inventory(*(node(name, labels={ZONE: "b" if name == "n5" else "a"}) for name in FIVE))
    (one,) = found(told(FIVE, isolated("n5", FIVE)), nodes)
    assert one.subject == Subject(kind="Node", name="n5")


def test_what_was_reached_at_the_second_try_is_said() -> None:
    data = told(FIVE, {})
    data["n1"]["suspects"] = [{"code": "refused", "again": "ok", "indirect": None, "peers": [0, 1]}]
    (one,) = found(data)
    assert one.message == "the pods of 5 nodes reach each other: 20 connections, 2 of them at the second try"


def rings(names: list[str], seed: int, number: int = 16) -> dict[str, list[str]]:
    """Whom each node tries in a large cluster: its next ones in shuffled rings."""
    shuffle = random.Random(seed)
    peers: dict[str, set[str]] = {name: set() for name in names}
    for _ in range(number):
        ring = shuffle.sample(names, len(names))
        for name, successor in zip(ring, ring[1:] + ring[:1], strict=True):
            peers[name].add(successor)
    return {name: sorted(each) for name, each in peers.items()}


@pytest.mark.parametrize(("size", "seed"), [(1000, 1), (1000, 2), (5000, 3), (5000, 4)])
def test_twenty_bad_nodes_among_thousands_are_found_and_nobody_else(size: int, seed: int) -> None:
    chance = random.Random(seed)
    names = [f"node-{number:04d}" for number in range(size)]
    bad = set(chance.sample(names, 20))
    tried = {Edge(name, peer) for name, peers in rings(names, seed).items() for peer in peers}
    broken = {edge for edge in sorted(tried) if bad & set(edge) or chance.random() < 0.001}
    blamed = blame(tried, broken)
    assert set(blamed.nodes) == bad
    assert set(blamed.edges) == {edge for edge in broken if not bad & set(edge)}


def test_a_fleet_is_judged_whole() -> None:
    names = [f"node-{number:04d}" for number in range(1000)]
    peers = rings(names, 7)
    bad = names[::50]
    lost = {
        name: {peer: "timeout" for peer in each if name in bad or peer in bad} for name, each in peers.items()
    }
    data = {name: answer(peers[name], lost[name], 1000) for name in names}
    verdicts = found(data)
    assert [each.subject.name for each in verdicts] == bad
    assert {each.status for each in verdicts} == {"fail"}
    (well,) = found({name: answer(peers[name], {}, 1000) for name in names})
    assert well.message.startswith("the pods of 1000 nodes reach those that they tried: 15")


def test_half_of_its_connections_make_a_node_bad() -> None:
    ten = [f"n{number}" for number in range(10)]
    tried = {Edge(a, b) for a in ten for b in ten if a != b}
    nine = [Edge("n0", b) for b in ten[1:]]
    assert set(blame(tried, nine).nodes) == {"n0"}
    assert blame(tried, nine[:8]).nodes == {}


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="mesh")]
