"""The check `cluster-dns`."""

from typing import Any

import pytest

from orchestrator.evidence import Cell, Outcome, Reason, Target, TargetKind
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question, Subject
from tests.unit.builders import evidence, judge, probed, row, unanswered, verdict

ROW = row("cluster-dns")
NAME = "kubernetes.default.svc.example.org"
COST = {
    "name": "app.run.ai",
    "relative": {"code": "answer", "queries": 8, "ms": 20.5},
    "absolute": {"code": "answer", "queries": 2, "ms": 4.0},
}


def seen(code: str = "answer", *servers: str) -> dict[str, Any]:
    asked = [{"server": f"10.96.0.{number}", "code": each} for number, each in enumerate(servers, 10)]
    return {"name": NAME, "getaddrinfo": {"code": code}, "servers": asked}


@pytest.mark.parametrize(
    ("cluster", "status", "message"),
    [
        (seen("answer", "answer"), "pass", f"{NAME} resolves"),
        (
            seen("answer", "answer", "timeout"),
            "warn",
            f"{NAME} resolves, but not by every name server (10.96.0.11: timeout)",
        ),
        (seen("nxdomain", "nxdomain"), "fail", f"{NAME} does not resolve: nxdomain (10.96.0.10: nxdomain)"),
        (seen("timeout"), "fail", f"{NAME} does not resolve: timeout"),
    ],
)
def test_what_the_dns_of_the_cluster_said(cluster: dict[str, Any], status: str, message: str) -> None:
    observed = {"cluster": {**cluster, "servers": tuple(cluster["servers"])}}
    assert judge(ROW, probed("dns", {"cluster": cluster, "searchCost": None})) == [
        verdict(status, "n1", message, observed, f"{NAME} resolves")
    ]


def test_what_the_search_list_costs_is_told() -> None:
    (found,) = judge(ROW, probed("dns", {"cluster": seen(), "searchCost": COST}))
    assert found.observed["searchCost"] == COST


@pytest.mark.parametrize("data", [{}, {"cluster": None}, {"cluster": seen(), "searchCost": 3}])
def test_an_answer_that_cannot_be_understood(data: dict[str, Any]) -> None:
    message = "the dns probe's answer on the cluster's DNS cannot be understood"
    assert judge(ROW, probed("dns", data)) == [verdict("unknown", "n1", message)]


def test_a_probe_that_gave_no_answer() -> None:
    assert judge(ROW, unanswered("dns", Reason.EVICTED, "low on memory")) == [
        verdict("unknown", "n1", "the dns probe gave no answer: Evicted: low on memory")
    ]


def test_a_host_has_no_cluster_dns() -> None:
    cell = Cell(probe="dns", target=Target(kind=TargetKind.HOST, name="h"), outcome=Outcome.ANSWERED)
    message = "does not apply: a host has no cluster DNS, pods do"
    assert judge(ROW, evidence(cells=[cell])) == [verdict("skip", Subject(kind="Host", name="h"), message)]


def test_what_it_reads_and_asks() -> None:
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="dns", parameters={"names": ["app.run.ai"]})]
