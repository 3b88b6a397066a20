"""What an egress attempt meets on its way through a proxy: a real one, and odd ones."""

import base64
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator

import egress
import pytest
import trustme

from tests.probes import servers
from tests.probes.certificates import Try, outcome, server_context
from tests.probes.conftest import Ended, Observe
from tests.probes.servers import Connection, TcpServer

PROXY_PROGRAM = """
import proxy, sys
with proxy.Proxy(sys.argv[1:]) as running:
    print(running.flags.port, flush=True)
    sys.stdin.read()
"""


def test_a_proxy_that_refuses(attempt: Try) -> None:
    assert outcome(attempt(443, f"http://127.0.0.1:{servers.free_port()}")) == ("tcp", "proxy-refused")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "proxy-forbidden"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "proxy-auth-required"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "proxy-error"),
        (b"HTTP/1.1 405 Method Not Allowed\r\n\r\n", "proxy-not-proxy"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "proxy-not-proxy"),
        (b"", "proxy-error"),
    ],
    ids=["403", "407", "502", "web server", "not http", "closed"],
)
def test_a_proxy_that_does_not_connect(attempt: Try, answer: bytes, code: str) -> None:
    with TcpServer(servers.saying(answer)) as server:
        assert outcome(attempt(443, f"http://127.0.0.1:{server.port}")) == ("proxy", code)


def test_a_mute_proxy(attempt: Try) -> None:
    with TcpServer(servers.mute) as server:
        entry = attempt(443, f"http://127.0.0.1:{server.port}", timeout=1.5)
    assert outcome(entry) == ("proxy", "timeout")


def test_an_intercepting_proxy(attempt: Try) -> None:
    stranger = server_context(trustme.CA(organization_name="Inspection Inc"), "far.example")
    with TcpServer(servers.proxy(servers.tls(stranger, servers.http()))) as server:
        entry = attempt(443, f"http://127.0.0.1:{server.port}", host="far.example")
    assert outcome(entry) == ("tls", "unknown-issuer")
    assert (entry["via"], entry["issuer"]) == ("proxy", "Inspection Inc")


def test_credentials_are_sent_and_never_shown(
    run_probe: Callable[..., Ended], trusted: ssl.SSLContext, ca_file: str
) -> None:
    heads: list[str] = []

    def handle(connection: Connection) -> None:
        heads.append(connection.read_head())
        connection.stream.sendall(b"HTTP/1.1 407 No\r\n\r\n")

    with TcpServer(handle) as server:
        ended = run_probe(
            "egress",
            {"endpoints": [{"host": "far.example"}]},
            HTTPS_PROXY=f"http://us%40r:p4ss@127.0.0.1:{server.port}",
        )
    encoded = base64.b64encode(b"us@r:p4ss").decode()
    assert f"Proxy-Authorization: Basic {encoded}\r\n" in heads[0]
    shown = str(ended.frames) + ended.errors + ended.log.decode()
    assert not [secret for secret in ("p4ss", "us%40r", "us@r", encoded) if secret in shown]
    assert ended.frame["data"]["proxy"] == {"address": f"127.0.0.1:{server.port}", "source": "HTTPS_PROXY"}


def test_both_ways_are_tried_and_exemption_is_told(
    observe: Observe, trusted: ssl.SSLContext, ca_file: str
) -> None:
    with TcpServer(servers.tls(trusted, servers.http())) as near, TcpServer(servers.mute) as proxy:
        parameters = {
            "endpoints": [{"host": "localhost", "port": near.port}],
            "proxy": {"https": f"http://127.0.0.1:{proxy.port}", "no_proxy": ".svc,localhost"},
            "caFile": ca_file,
            "timeout": 3.0,
        }
        direct, via = observe(egress.observe, parameters).data["endpoints"]
    assert (direct["via"], direct["code"], "exempt" in direct) == ("direct", "ok", False)
    assert (via["via"], via["code"], via["exempt"]) == ("proxy", "timeout", True)


@pytest.fixture(scope="module")
def real_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a proxy that wants the user `me` with the password `secret`."""
    options = ["--port=0", "--basic-auth=me:secret", f"--data-dir={tmp_path_factory.mktemp('proxy')}"]
    command = [sys.executable, "-c", PROXY_PROGRAM, *options, "--num-workers=1", "--num-acceptors=1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate(timeout=30)


def test_through_a_real_proxy(attempt: Try, trusted: ssl.SSLContext, real_proxy: str) -> None:
    with TcpServer(servers.tls(trusted, servers.http("403 Forbidden"))) as server:
        entry = attempt(server.port, f"http://me:secret@{real_proxy}")
    assert outcome(entry) == ("http", "ok")
    assert (entry["status"], entry["proxyStatus"], entry["issuer"]) == (403, 200, "Trusted Authority")
    assert set(entry["ms"]) == {"resolve", "tcp", "proxy", "tls", "http"}


def test_a_real_proxy_wants_credentials(attempt: Try, real_proxy: str) -> None:
    entry = attempt(443, f"http://{real_proxy}")
    assert outcome(entry) == ("proxy", "proxy-auth-required")
    assert entry["message"] == "the proxy answered CONNECT with 407"


def test_a_real_proxy_cannot_connect(attempt: Try, real_proxy: str) -> None:
    entry = attempt(servers.free_port(), f"http://me:secret@{real_proxy}", host="127.0.0.1")
    assert outcome(entry) == ("proxy", "proxy-error")
