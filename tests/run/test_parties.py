"""Who has to meet is told of the others when all are there, or when it has waited long enough."""

import json
from collections.abc import Iterable

from orchestrator.evidence import Target, TargetKind
from orchestrator.plan.model import Unit
from orchestrator.run.parties import Member, Parties, Word, introduce

FOREVER, NOT_AT_ALL = 3600.0, 0.0


def unit(name: str, party: str = "mesh") -> Unit:
    target = Target(kind=TargetKind.NODE, name=f"node-{name}")
    return Unit(name=name, pod="mesh", target=target, node=target.name, probes=("mesh",), party=party)


def member(of: Unit) -> Member:
    return Member(of, f"{of.name}-x7k2p", f"10.0.0.{of.name}")


def parties(units: Iterable[Unit], gather: float = FOREVER) -> Parties:
    return Parties(units, "r1", gather)


def told(words: Iterable[Word]) -> dict[str, object]:
    return {word.member.pod: json.loads(word.text) for word in words}


def test_nobody_is_told_while_one_is_awaited() -> None:
    units = [unit("1"), unit("2")]
    met = parties(units)
    met.arrive(member(units[0]))
    assert told(met.ready({"1", "2"})) == {}


def test_all_are_told_of_each_other_once() -> None:
    units = [unit("1"), unit("2")]
    met = parties(units)
    met.service = "preflight-r1"
    for each in units:
        met.arrive(member(each))
    first = {"members": 2, "missing": [], "service": "preflight-r1"}
    assert told(met.ready({"1", "2"})) == {
        "1-x7k2p": {**first, "peers": [{"name": "node-2", "address": "10.0.0.2"}]},
        "2-x7k2p": {**first, "peers": [{"name": "node-1", "address": "10.0.0.1"}]},
    }
    assert told(met.ready({"1", "2"})) == {}


def test_one_that_owes_no_answer_any_more_is_missing() -> None:
    units = [unit("1"), unit("2")]
    met = parties(units)
    met.arrive(member(units[0]))
    assert told(met.ready({"1"})) == {
        "1-x7k2p": {"members": 1, "missing": ["node-2"], "service": "", "peers": []}
    }


def test_one_that_came_and_has_ended_is_missing() -> None:
    units = [unit("1"), unit("2")]
    met = parties(units)
    met.arrive(member(units[1]))
    met.arrive(member(units[0]))
    assert told(met.ready({"1"})) == {
        "1-x7k2p": {"members": 1, "missing": ["node-2"], "service": "", "peers": []}
    }


def test_one_that_does_not_come_in_time_is_missing() -> None:
    units = [unit("1"), unit("2"), unit("3")]
    met = parties(units, NOT_AT_ALL)
    for each in units[:2]:
        met.arrive(member(each))
    words = told(met.ready({"1", "2", "3"}))
    assert words.keys() == {"1-x7k2p", "2-x7k2p"}
    assert {json.dumps(each["missing"]) for each in words.values() if isinstance(each, dict)} == {
        '["node-3"]'
    }


def test_a_party_to_which_nobody_comes_is_told_nothing() -> None:
    assert told(parties([unit("1")], NOT_AT_ALL).ready({"1"})) == {}
    assert told(parties([unit("1")], NOT_AT_ALL).ready(set())) == {}


def test_parties_do_not_wait_for_each_other() -> None:
    one, other = unit("1", "fraction/a"), unit("2", "fraction/b")
    met = parties([one, other])
    met.arrive(member(one))
    assert told(met.ready({"1", "2"})).keys() == {"1-x7k2p"}


def test_who_has_to_meet_nobody_is_no_party() -> None:
    assert told(parties([unit("1", "")], NOT_AT_ALL).ready({"1"})) == {}


def peers_of(count: int, seed: str = "r1") -> dict[str, list[str]]:
    members = [member(unit(str(number))) for number in range(count)]
    return {each.unit.name: [p.unit.name for p in peers] for each, peers in introduce(members, seed)}


def test_up_to_64_everyone_meets_everyone() -> None:
    peers = peers_of(64)
    assert all({*peers[name], name} == peers.keys() and len(peers[name]) == 63 for name in peers)


def test_beyond_64_everyone_meets_16_and_is_met_by_16() -> None:
    peers = peers_of(1000)
    assert all(1 <= len(met) <= 16 and name not in met for name, met in peers.items())
    met_by = {name: sum(name in others for others in peers.values()) for name in peers}
    assert sum(map(len, peers.values())) > 15.8 * 1000
    assert max(met_by.values()) <= 16


def test_a_run_has_rings_of_its_own_and_always_the_same() -> None:
    assert peers_of(100) == peers_of(100) != peers_of(100, "r2")
