"""The check `resolver`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import judge, probed, row, unanswered, verdict

ROW = row("resolver", {"address": "8.8.8.8", "query": "app.run.ai", "during": ["install"]})
NO_ADDRESS = "the DNS server 8.8.8.8:53 answers, but has no address of app.run.ai"
EXPECTED = "8.8.8.8:53 answers (install time)"
SILENT = "the DNS server 8.8.8.8:53, needed at install time, does not answer"
ELSE = "something else may answer in its place"


def answered(**entry: Any) -> dict[str, Any]:
    return {"resolvers": [{"resolver": "8.8.8.8", "port": 53, "query": "app.run.ai", **entry}]}


@pytest.mark.parametrize(
    ("udp", "tcp", "status", "message"),
    [
        ("answer", "answer", "pass", "the DNS server 8.8.8.8:53 answers (UDP: answer, TCP: answer)"),
        ("timeout", "answer", "pass", "the DNS server 8.8.8.8:53 answers (UDP: timeout, TCP: answer)"),
        ("refused", "timeout", "warn", f"{NO_ADDRESS} (UDP: refused, TCP: timeout): {ELSE}"),
        ("nxdomain", "nxdomain", "warn", f"{NO_ADDRESS} (UDP: nxdomain, TCP: nxdomain): {ELSE}"),
        (
            "timeout",
            "unreachable",
            "fail",
            f"{SILENT} (UDP: timeout, TCP: unreachable)",
        ),
        (
            "malformed",
            "malformed",
            "fail",
            f"{SILENT} (UDP: malformed, TCP: malformed)",
        ),
    ],
)
def test_what_the_server_said(udp: str, tcp: str, status: str, message: str) -> None:
    data = answered(stage="query", udp={"code": udp, "ms": 3}, tcp={"code": tcp})
    seen = {"stage": "query", "udp": {"code": udp}, "tcp": {"code": tcp}}
    assert judge(ROW, probed("dns", data)) == [verdict(status, "n1", message, seen, EXPECTED)]


def test_a_server_that_was_asked_over_udp_only() -> None:
    message = "the DNS server 8.8.8.8:53 answers (UDP: answer, TCP: not asked)"
    (found,) = judge(ROW, probed("dns", answered(stage="query", udp={"code": "answer"})))
    assert (found.status, found.message) == ("pass", message)


def test_a_server_whose_own_name_is_not_resolved() -> None:
    seen = {"stage": "resolve", "code": "nxdomain"}
    message = f"{SILENT} (its name is not resolved: nxdomain)"
    assert judge(ROW, probed("dns", answered(**seen))) == [verdict("fail", "n1", message, seen, EXPECTED)]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"resolvers": {}},
        {"resolvers": [3, {"resolver": "1.1.1.1", "query": "app.run.ai"}]},
        {"resolvers": [{"resolver": "8.8.8.8", "port": 53, "query": "example.com"}]},
        {"resolvers": [{"resolver": "8.8.8.8", "port": 5353, "query": "app.run.ai"}]},
    ],
)
def test_a_server_that_was_not_asked(data: dict[str, Any]) -> None:
    message = "the dns probe did not ask 8.8.8.8"
    assert judge(ROW, probed("dns", data)) == [verdict("unknown", "n1", message)]


def test_an_answer_that_cannot_be_understood() -> None:
    message = "the dns probe's answer on 8.8.8.8 cannot be understood"
    assert judge(ROW, probed("dns", answered(udp="yes"))) == [verdict("unknown", "n1", message)]


def test_a_probe_that_gave_no_answer() -> None:
    message = "the dns probe gave no answer: OOMKilled: exit 137"
    assert judge(ROW, unanswered("dns", Reason.OOM_KILLED, "exit 137")) == [verdict("unknown", "n1", message)]


def test_what_it_reads_and_asks() -> None:
    asked = {"address": "8.8.8.8", "port": 53, "query": "app.run.ai"}
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="dns", parameters={"resolvers": [asked]})]
