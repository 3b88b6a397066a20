"""The checks `certificate-dates` and `certificate-names`; the run was on 2 January 2026."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.checks.ingress.certificate_names import covers
from orchestrator.evidence import Certificate, Evidence, Given
from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import CLUSTER, evidence, inventory, judge, row, verdict

SECRET = "runai/tls"
DATES = row("certificate-dates", {"secrets": [SECRET]})
NAMES = row("certificate-names", {"secret": SECRET, "name": "c.example", "given": True})
OTHERS = row("certificate-names", {"secret": SECRET, "name": "c.example"})
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OLD, FAR = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
UNJUDGED = f"not judged: cert-manager makes none for {SECRET}, and --tls-certificate is not given"


def given(*certificates: Certificate, seen: Evidence | None = None) -> Evidence:
    return (seen or evidence(inventory())).told(Given(certificates=certificates))


def certificate(
    subject: str = "CN=c.example", *names: str, start: datetime = OLD, end: datetime = FAR
) -> Certificate:
    return Certificate(subject=subject, issuer="CN=CA", names=names, not_before=start, not_after=end)


def managed(*orders: dict[str, Any]) -> Evidence:
    return evidence(inventory(objects={"certificates": orders}))


def order(name: str = "c", secret: str | None = "tls", *names: str, **status: Any) -> dict[str, Any]:
    spec = {"secretName": secret, "dnsNames": list(names)}
    return {"metadata": {"name": name, "namespace": "runai"}, "spec": spec, "status": status or None}


def told(found: list[Verdict]) -> list[tuple[str, str, str]]:
    return [(each.status.value, each.subject.name, each.message) for each in found]


@pytest.mark.parametrize(
    ("start", "end", "status", "message"),
    [
        (OLD, NOW, "fail", "it expired on 2026-01-02"),
        (OLD, NOW - timedelta(days=400), "fail", "it expired on 2024-11-28"),
        (NOW + timedelta(hours=1), FAR, "fail", "it is not valid before 2026-01-02 04:04 UTC"),
        (OLD, NOW + timedelta(hours=1), "warn", "it expires in 0 days, on 2026-01-02"),
        (OLD, NOW + timedelta(hours=36), "warn", "it expires in 1 day, on 2026-01-03"),
        (OLD, NOW + timedelta(days=29), "warn", "it expires in 29 days, on 2026-01-31"),
        (OLD, NOW + timedelta(days=30), "pass", "it is valid until 2026-02-01"),
        (NOW, FAR, "pass", "it is valid until 2027-01-01"),
    ],
)
def test_the_dates_of_the_file(start: datetime, end: datetime, status: str, message: str) -> None:
    seen = given(certificate(start=start, end=end))
    subject = Subject(kind="Certificate", name="CN=c.example")
    dates = {"notBefore": start, "notAfter": end}
    expected = verdict(status, subject, message, dates, "valid for 30 days or more")
    assert judge(DATES, seen) == [expected]


def test_every_certificate_of_the_file_is_judged() -> None:
    seen = given(certificate(), certificate("CN=Intermediate", end=NOW), certificate("", end=FAR))
    assert told(judge(DATES, seen)) == [
        ("pass", "CN=c.example", "it is valid until 2027-01-01"),
        ("fail", "CN=Intermediate", "it expired on 2026-01-02"),
        ("pass", "without a subject", "it is valid until 2027-01-01"),
    ]


def test_what_cert_manager_says() -> None:
    refused = {"type": "Ready", "status": "False", "reason": "Failed", "message": "no such issuer"}
    seen = managed(
        order("a", notBefore="2025-12-01T00:00:00Z", notAfter="2026-01-20T00:00:00Z"),
        order("b", notAfter="2026-06-01T00:00:00Z"),
        order("c", conditions=[refused]),
        order("d"),
        order("e", "other", notAfter="2020-01-01T00:00:00Z"),
        order("f", None),
    )
    assert told(judge(DATES, seen)) == [
        ("warn", "runai/a", "it expires in 17 days, on 2026-01-20"),
        ("pass", "runai/b", "it is valid until 2026-06-01"),
        ("fail", "runai/c", "there is no certificate yet (Failed: no such issuer)"),
        ("fail", "runai/d", "there is no certificate yet (cert-manager has not looked at it)"),
    ]


def test_a_date_without_a_zone_cannot_be_compared() -> None:
    with pytest.raises(ValidationError, match="Input should have timezone info"):
        judge(DATES, managed(order(notAfter="2026-06-01T00:00:00")))


def test_of_a_secret_in_another_namespace_nothing_is_said() -> None:
    seen = managed({**order(notAfter="2020-01-01T00:00:00Z"), "metadata": {"name": "c", "namespace": "x"}})
    assert judge(DATES, seen) == [verdict("skip", CLUSTER, UNJUDGED)]
    assert judge(NAMES, seen) == [verdict("skip", CLUSTER, UNJUDGED)]


def test_the_names_of_the_first_certificate_of_the_file_count() -> None:
    seen = given(certificate("CN=1", "other.example"), certificate("CN=2", "c.example"))
    message = "it is for other.example, not for c.example"
    subject = Subject(kind="Certificate", name="CN=1")
    expected = verdict("fail", subject, message, ["other.example"], "a certificate for c.example")
    assert judge(NAMES, seen) == [expected]
    assert judge(OTHERS, seen) == [verdict("skip", CLUSTER, UNJUDGED)]


def test_the_names_that_cert_manager_was_asked_for() -> None:
    seen = managed(order("a", "tls", "*.example"), order("b", "tls"))
    assert told(judge(OTHERS, seen)) == [
        ("pass", "runai/a", "it is for c.example"),
        ("fail", "runai/b", "it is for no host name, not for c.example"),
    ]


@pytest.mark.parametrize(
    ("pattern", "name", "whether"),
    [
        ("c.example", "c.example", True),
        ("C.Example.", "c.eXample", True),
        ("*.example", "c.example", True),
        ("*.example", "b.c.example", False),
        ("*.example", "example", False),
        ("*.c.example", "*.c.example", True),
        ("*.example", "*.c.example", False),
        ("c.example", "*.c.example", False),
        ("c*.example", "c1.example", False),
        ("*", "c.example", False),
    ],
)
def test_what_a_name_stands_for(pattern: str, name: str, whether: bool) -> None:
    assert covers(pattern, name) is whether


def test_what_they_read() -> None:
    assert DATES.reads() == NAMES.reads() == ("certificates",)
