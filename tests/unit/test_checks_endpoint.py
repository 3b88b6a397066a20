"""The check `endpoint`."""

from typing import Any

import pytest

from orchestrator.evidence import Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question
from tests.unit.builders import judge, not_applicable, probed, row, unanswered, verdict

EXPECT = {"host": "app.run.ai", "port": 443, "during": ["run"]}
ROW = row("endpoint", EXPECT)
REACHED = "app.run.ai:443 reached (run time)"
PUBLIC = "Let's Encrypt"
GATEWAY = "Cloudflare, Inc. / Gateway CA - Cloudflare Managed G1 1"
STRANGE = "app.run.ai:443 is reached, but TLS is intercepted: its certificate is issued by"
DIRECT_ONLY = "app.run.ai:443 is reached, but not through the proxy"
FAILS = "app.run.ai:443, needed at run time, is not reached"


def attempt(code: str = "ok", stage: str = "http", via: str = "direct", **more: Any) -> dict[str, Any]:
    return {"via": via, "stage": stage, "code": code, **more}


def answered(*attempts: dict[str, Any]) -> dict[str, Any]:
    return {"endpoints": [{"endpoint": "app.run.ai:443", "ms": 12, **one} for one in attempts]}


@pytest.mark.parametrize(
    ("attempts", "status", "message"),
    [
        ([attempt(status=200, issuer=PUBLIC)], "pass", "app.run.ai:443 is reached"),
        ([attempt(status=403)], "pass", "app.run.ai:443 is reached"),
        (
            [attempt("timeout", "tcp"), attempt(via="proxy", issuer=PUBLIC)],
            "warn",
            "app.run.ai:443 is reached only through the proxy (direct: timeout at tcp; proxy: ok at http)",
        ),
        ([attempt(), attempt(via="proxy")], "pass", "app.run.ai:443 is reached"),
        (
            [attempt(issuer=PUBLIC), attempt("proxy-forbidden", "proxy", via="proxy")],
            "warn",
            f"{DIRECT_ONLY} (direct: ok at http; proxy: proxy-forbidden at proxy)",
        ),
        (
            [attempt(issuer=PUBLIC), attempt("proxy-forbidden", "proxy", via="proxy", exempt=True)],
            "pass",
            "app.run.ai:443 is reached",
        ),
        (
            [attempt(issuer=PUBLIC), attempt(via="proxy", issuer="Acme CA")],
            "warn",
            f"{STRANGE} Acme CA",
        ),
        (
            [attempt(issuer=GATEWAY)],
            "warn",
            f"{STRANGE} {GATEWAY}",
        ),
        (
            [attempt(issuer="Acme CA")],
            "warn",
            f"{STRANGE} Acme CA",
        ),
        (
            [attempt("nxdomain", "resolve")],
            "fail",
            f"{FAILS} (direct: nxdomain at resolve)",
        ),
        (
            [attempt("unknown-issuer", "tls", issuer="Acme CA")],
            "fail",
            f"{FAILS} (direct: unknown-issuer at tls, certificate issued by Acme CA)",
        ),
        (
            [attempt("cert-expired", "tls", issuer="Acme CA"), attempt("refused", "proxy", "proxy")],
            "fail",
            f"{FAILS} (direct: cert-expired at tls; proxy: refused at proxy)",
        ),
    ],
)
def test_how_far_the_attempts_came(attempts: list[dict[str, Any]], status: str, message: str) -> None:
    assert judge(ROW, probed("egress", answered(*attempts))) == [
        verdict(status, "n1", message, attempts, REACHED)
    ]


def test_what_is_the_sites_own_may_have_a_certificate_of_its_own_authority() -> None:
    own = row("endpoint", {**EXPECT, "own": True})
    seen = [attempt(status=200, issuer="Acme CA")]
    assert judge(own, probed("egress", answered(*seen))) == [
        verdict("pass", "n1", "app.run.ai:443 is reached", seen, REACHED)
    ]


def test_rows_that_share_an_address_are_judged_each_by_its_own_attempts() -> None:
    tcp = row("endpoint", {**EXPECT, "protocol": "tcp", "during": ["install", "run"]})
    path = row("endpoint", {**EXPECT, "path": "/v2/"})
    ends = {"tcp://app.run.ai:443": "refused", "app.run.ai:443/v2/": "ok"}
    entries = [attempt(code, endpoint=url) for url, code in ends.items()]
    seen = probed("egress", {"endpoints": entries})
    assert [(v.status, v.message, v.expected) for each in (tcp, path, ROW) for v in judge(each, seen)] == [
        (
            "fail",
            "app.run.ai:443, needed at install and run time, is not reached (direct: refused at http)",
            "app.run.ai:443 reached (install and run time)",
        ),
        ("pass", "app.run.ai:443 is reached", REACHED),
        ("unknown", "the egress probe did not try app.run.ai:443", None),
    ]


def test_what_was_seen_before_a_probe_was_stopped_is_not_judged() -> None:
    stopped = unanswered("egress", Reason.DELETED, "gone")
    partial = probed("egress", answered(attempt("unfinished", "tcp"))).observations
    assert judge(ROW, stopped.model_copy(update={"observations": partial})) == [
        verdict("unknown", "n1", "the egress probe gave no answer: Deleted: gone")
    ]


@pytest.mark.parametrize("data", [{}, {"endpoints": None}, {"endpoints": [3, {"endpoint": "gcr.io:443"}]}])
def test_an_endpoint_that_was_not_tried(data: dict[str, Any]) -> None:
    message = "the egress probe did not try app.run.ai:443"
    assert judge(ROW, probed("egress", data)) == [verdict("unknown", "n1", message)]


def test_an_answer_that_cannot_be_understood() -> None:
    message = "the egress probe's answer on app.run.ai:443 cannot be understood"
    assert judge(ROW, probed("egress", answered({"stage": "tcp"}))) == [verdict("unknown", "n1", message)]


@pytest.mark.parametrize(
    ("reason", "said", "why"),
    [
        (Reason.IMAGE_PULL, "no such image", "ImagePull: no such image"),
        (Reason.NODE_LOST, "", "NodeLost"),
        (None, "", "it is missing from the evidence"),
    ],
)
def test_a_probe_that_gave_no_answer(reason: Reason | None, said: str, why: str) -> None:
    assert judge(ROW, unanswered("egress", reason, said)) == [
        verdict("unknown", "n1", f"the egress probe gave no answer: {why}")
    ]


def test_targets_that_do_not_apply_and_other_probes_are_left_out() -> None:
    assert judge(ROW, not_applicable("egress")) == []
    assert judge(ROW, probed("dns", answered(attempt()))) == []


def test_what_it_reads_and_asks() -> None:
    asked = {"host": "app.run.ai", "port": 443, "protocol": "https", "path": "/"}
    assert ROW.reads() == ()
    assert list(ROW.asks(Inventory())) == [Question(probe="egress", parameters={"endpoints": [asked]})]
