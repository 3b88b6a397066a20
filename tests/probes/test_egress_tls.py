"""What an egress attempt meets in the TLS handshake, and whom it names."""

import datetime
from pathlib import Path

import pytest
import trustme

from tests.probes import servers
from tests.probes.certificates import Try, outcome, self_signed, server_context
from tests.probes.conftest import Json
from tests.probes.servers import TcpServer

UTC = datetime.UTC


def test_reset_on_the_client_hello(attempt: Try) -> None:
    with TcpServer(servers.reset_after_first_bytes) as server:
        assert outcome(attempt(server.port)) == ("tls", "tls-reset")


def test_closed_on_the_client_hello(attempt: Try) -> None:
    with TcpServer(servers.close_after_first_bytes) as server:
        assert outcome(attempt(server.port)) == ("tls", "tls-reset")


def test_a_mute_middlebox(attempt: Try) -> None:
    with TcpServer(servers.mute) as server:
        assert outcome(attempt(server.port, timeout=1.5)) == ("tls", "tls-timeout")


@pytest.mark.parametrize(
    "text",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", bytes(64), b"\xff" * 64],
    ids=["http", "ssh", "zeros", "ones"],
)
def test_a_port_that_speaks_no_tls(attempt: Try, text: bytes) -> None:
    with TcpServer(servers.saying(text)) as server:
        assert outcome(attempt(server.port)) == ("tls", "not-tls")


def test_a_tls_alert_is_neither_a_reset_nor_an_interception(attempt: Try) -> None:
    handshake_failure = b"\x15\x03\x03\x00\x02\x02\x28"
    with TcpServer(servers.saying(handshake_failure)) as server:
        assert outcome(attempt(server.port)) == ("tls", "tls-error")


def test_an_unknown_issuer_is_named(attempt: Try) -> None:
    stranger = trustme.CA(organization_name="Inspection Inc")
    with TcpServer(servers.tls(server_context(stranger), servers.http())) as server:
        entry = attempt(server.port)
    assert outcome(entry) == ("tls", "unknown-issuer")
    assert entry["issuer"] == "Inspection Inc"
    assert entry["verified"] is False
    assert entry["certificate"]["issuer"]["organization"] == "Inspection Inc"
    assert "status" not in entry


def test_a_self_signed_certificate(attempt: Try, tmp_path: Path) -> None:
    with TcpServer(servers.tls(self_signed(tmp_path), servers.http())) as server:
        entry = attempt(server.port)
    assert outcome(entry) == ("tls", "self-signed")
    assert entry["issuer"] == "alone.example"


def test_an_issuer_is_told_by_organization_and_common_name(attempt: Try, tmp_path: Path) -> None:
    with TcpServer(servers.tls(self_signed(tmp_path, "Inspection Inc"), servers.http())) as server:
        assert attempt(server.port)["issuer"] == "Inspection Inc / alone.example"


@pytest.mark.parametrize(
    ("validity", "code"),
    [
        ({"not_after": datetime.datetime(2020, 1, 2, tzinfo=UTC)}, "cert-expired"),
        ({"not_before": datetime.datetime(2049, 1, 2, tzinfo=UTC)}, "cert-not-yet-valid"),
    ],
)
def test_a_certificate_outside_its_validity(
    attempt: Try, authority: trustme.CA, validity: Json, code: str
) -> None:
    with TcpServer(servers.tls(server_context(authority, **validity), servers.http())) as server:
        entry = attempt(server.port)
    assert outcome(entry) == ("tls", code)
    field, moment = ("notAfter", "2020") if code == "cert-expired" else ("notBefore", "2049")
    assert entry["certificate"][field] == f"{moment}-01-02T00:00:00Z"


def test_a_certificate_of_another_host(attempt: Try, authority: trustme.CA) -> None:
    context = server_context(authority, "other.example")
    with TcpServer(servers.tls(context, servers.http())) as server:
        entry = attempt(server.port)
    assert outcome(entry) == ("tls", "hostname-mismatch")
    assert entry["issuer"] == "Trusted Authority"


def test_a_certificate_of_another_address(attempt: Try, authority: trustme.CA) -> None:
    context = server_context(authority, "10.1.2.3")
    with TcpServer(servers.tls(context, servers.http())) as server:
        assert outcome(attempt(server.port, host="127.0.0.1")) == ("tls", "hostname-mismatch")
