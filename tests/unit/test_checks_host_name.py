"""The checks `host-name` and `domain-name`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import CLUSTER, evidence, inventory, judge, node, probed, row, unanswered, verdict

NAME = "c.example"
PLAIN = row("host-name", {"name": NAME})
OWN = row("host-name", {"name": NAME, "ofCluster": True})
TO_CLUSTER = f"{NAME} resolves to an address of a node or load balancer of this cluster"
SERVICES = (
    {"metadata": {"name": "a"}, "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}}},
    {"metadata": {"name": "b"}, "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example"}]}}},
    {"metadata": {"name": "c"}, "spec": {"externalIPs": ["192.0.2.1"]}, "status": None},
)
READ = inventory(node("n1", addresses={"InternalIP": "10.0.0.1"}), objects={"services": SERVICES})


def lookup(*addresses: str, name: str = NAME, code: str = "answer") -> dict[str, Any]:
    return {"name": name, "code": code, "ms": 1.0, "addresses": list(addresses)}


@pytest.mark.parametrize("code", ["nxdomain", "servfail-or-timeout", "timeout"])
def test_a_name_that_does_not_resolve(code: str) -> None:
    seen = probed("dns", {"hosts": [lookup(code=code)]}, READ)
    message = f"{NAME} does not resolve: {code}"
    assert judge(PLAIN, seen) == [verdict("fail", "n1", message, code, f"{NAME} resolves")]
    assert judge(OWN, seen) == [verdict("fail", "n1", message, code, TO_CLUSTER)]


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "203.0.113.10", "192.0.2.1", "198.51.100.7"],
    ids=["node", "load balancer", "external IP", "load balancer by its name"],
)
def test_a_name_that_leads_to_the_cluster(address: str) -> None:
    balancer = lookup("198.51.100.7", "198.51.100.8", name="lb.example")
    seen = probed("dns", {"hosts": [lookup("192.0.2.99", address), balancer]}, READ)
    message = f"{NAME} resolves to 192.0.2.99, {address}"
    assert judge(OWN, seen) == [verdict("pass", "n1", message, ["192.0.2.99", address], TO_CLUSTER)]


def test_a_name_that_leads_elsewhere() -> None:
    others = [lookup("192.0.2.99"), lookup("192.0.2.99", name="other.example")]
    seen = probed("dns", {"hosts": others}, READ)
    message = f"{NAME} resolves to 192.0.2.99, which no node and no load balancer of this cluster has"
    assert judge(OWN, seen) == [verdict("warn", "n1", message, ["192.0.2.99"], TO_CLUSTER)]
    (plain,) = judge(PLAIN, seen)
    assert (plain.status, plain.message) == ("pass", f"{NAME} resolves to 192.0.2.99")


@pytest.mark.parametrize("data", [{}, {"hosts": None}, {"hosts": [lookup(name="other.example")]}])
def test_a_name_that_was_not_asked_for(data: dict[str, Any]) -> None:
    message = f"the dns probe did not ask for {NAME}"
    assert judge(PLAIN, probed("dns", data)) == [verdict("unknown", "n1", message)]


def test_no_answer_and_one_that_cannot_be_understood() -> None:
    lost = verdict("unknown", "n1", "the dns probe gave no answer: NodeLost: gone")
    assert judge(PLAIN, unanswered("dns", Reason.NODE_LOST, "gone")) == [lost]
    odd = verdict("unknown", "n1", f"the dns probe's answer on {NAME} cannot be understood")
    assert judge(PLAIN, probed("dns", {"hosts": [{"name": NAME}]})) == [odd]


def test_what_it_reads_and_asks() -> None:
    assert (PLAIN.reads(), OWN.reads()) == ((), ("nodes", "services"))
    assert list(PLAIN.asks(READ)) == [Question(probe="dns", parameters={"hosts": [NAME]})]
    assert list(OWN.asks(READ)) == [Question(probe="dns", parameters={"hosts": [NAME, "lb.example"]})]
    assert list(OWN.asks(Inventory())) == list(PLAIN.asks(Inventory()))


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("10.0.0.1", "fail", "10.0.0.1 is an IP address, not a domain name"),
        ("runai", "fail", "runai is not fully qualified: it is in no domain"),
        ("runai.example.com", "pass", "runai.example.com is a domain name"),
        ("10.0.0.example", "pass", "10.0.0.example is a domain name"),
    ],
)
def test_what_is_a_domain_name(name: str, status: str, message: str) -> None:
    expected = f"{name} is a fully qualified domain name"
    assert judge(row("domain-name", {"name": name}), evidence()) == [
        verdict(status, CLUSTER, message, name, expected)
    ]
