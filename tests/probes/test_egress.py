"""How far an egress attempt comes: names, addresses, HTTP, and the probe as a whole."""

import socket
import ssl
import threading
from collections.abc import Callable

import egress
import pytest
from shared import Fault, Observation

from tests.probes import servers
from tests.probes.certificates import Try, outcome
from tests.probes.conftest import Ended, Json, Observe
from tests.probes.servers import Connection, Handler, TcpServer


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.EAI_NONAME, "nxdomain"),
        (socket.EAI_NODATA, "nodata"),
        (socket.EAI_AGAIN, "servfail-or-timeout"),
        (socket.EAI_FAIL, "servfail"),
    ],
)
def test_a_name_that_does_not_resolve(
    attempt: Try, monkeypatch: pytest.MonkeyPatch, error: int, code: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(error, "said the C library")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    entry = attempt(443)
    assert outcome(entry) == ("resolve", code)
    assert entry["message"] == "localhost could not be resolved: said the C library"


def test_a_name_that_cannot_be(attempt: Try) -> None:
    entry = attempt(443, host="x" * 64)
    assert outcome(entry) == ("resolve", "bad-parameters")
    assert entry["message"] == f"'{'x' * 64}' is not a host name"


def test_a_lookup_that_hangs_ends_as_a_timeout(attempt: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(30))
    assert outcome(attempt(443, timeout=0.1)) == ("resolve", "timeout")
    released.set()


def test_refused(attempt: Try) -> None:
    entry = attempt(servers.free_port(), host="127.0.0.1")
    assert outcome(entry) == ("tcp", "refused")
    assert entry["failures"] == {"127.0.0.1": "refused"}


def test_tcp_timeout(attempt: Try) -> None:
    with servers.black_hole() as port:
        assert outcome(attempt(port, timeout=1.0, host="127.0.0.1")) == ("tcp", "timeout")


def test_unreachable(attempt: Try) -> None:
    assert outcome(attempt(443, host="255.255.255.255")) == ("tcp", "unreachable")


def test_the_address_that_answers_is_used_and_the_others_are_told(
    attempt: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TcpServer(servers.mute, socket.AF_INET6) as server:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port)),
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", server.port, 0, 0)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        entry = attempt(server.port, protocol="tcp")
    assert outcome(entry) == ("tcp", "ok")
    assert (entry["address"], entry["failures"]) == ("::1", {"127.0.0.1": "refused"})
    assert entry["mss"] > 0


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "503 Service Unavailable"])
def test_any_status_means_reached(attempt: Try, trusted: ssl.SSLContext, status: str) -> None:
    with TcpServer(servers.tls(trusted, servers.http(status))) as server:
        entry = attempt(server.port)
    assert outcome(entry) == ("http", "ok")
    assert entry["status"] == int(status[:3])
    assert (entry["issuer"], entry["verified"]) == ("Trusted Authority", True)
    assert entry["tls"].startswith("TLSv1.")
    assert set(entry["ms"]) == {"resolve", "tcp", "tls", "http"}


def test_a_redirect_is_told_and_not_followed(attempt: Try, trusted: ssl.SSLContext) -> None:
    handler = servers.http("302 Found", Location="https://login.example/portal")
    with TcpServer(servers.tls(trusted, handler)) as server:
        entry = attempt(server.port)
    assert (entry["status"], entry["redirectsTo"]) == (302, "login.example")


def test_a_redirect_to_nowhere(attempt: Try) -> None:
    with TcpServer(servers.http("302 Found", Location="http://[x")) as server:
        entry = attempt(server.port, protocol="http")
    assert (entry["redirectsTo"], "skewSeconds" in entry) == ("localhost", True)


def test_the_date_header_tells_the_skew(attempt: Try) -> None:
    with TcpServer(servers.http(skew=-3600)) as server:
        entry = attempt(server.port, protocol="http")
    assert entry["skewSeconds"] == pytest.approx(3600, abs=30)


def test_plain_http_and_its_request(attempt: Try) -> None:
    heads: list[str] = []

    def handle(connection: Connection) -> None:
        heads.append(connection.read_head())
        connection.stream.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with TcpServer(handle) as server:
        entry = attempt(server.port, protocol="http", path="/v2/")
    assert outcome(entry) == ("http", "ok")
    assert heads[0].startswith(f"GET /v2/ HTTP/1.1\r\nHost: localhost:{server.port}\r\n")


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (servers.saying(b"220 mail.example ESMTP\r\n"), "http-garbage"),
        (servers.saying(b"HTTP/1.1 what\r\n\r\n"), "http-garbage"),
        (servers.close_after_first_bytes, "http-reset"),
        (servers.mute, "http-timeout"),
    ],
    ids=["garbage", "bad status line", "closed", "mute"],
)
def test_an_http_answer_that_does_not_come(
    attempt: Try, trusted: ssl.SSLContext, handler: Handler, code: str
) -> None:
    with TcpServer(servers.tls(trusted, handler)) as server:
        assert outcome(attempt(server.port, timeout=4.0 if code == "http-timeout" else 30.0)) == (
            "http",
            code,
        )


def test_endpoints_are_tried_at_the_same_time(observe: Observe) -> None:
    arrived = threading.Barrier(12, timeout=20)

    def handle(connection: Connection) -> None:
        connection.read_head()
        arrived.wait()  # nobody is answered before all are here
        connection.stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with TcpServer(handle) as server:
        endpoints = [{"host": "127.0.0.1", "port": server.port, "protocol": "http"}] * 12
        seen = observe(egress.observe, {"endpoints": endpoints})
    assert [entry["code"] for entry in seen.data["endpoints"]] == ["ok"] * 12


def test_an_observed_fault_is_an_observation(run_probe: Callable[..., Ended]) -> None:
    port = servers.free_port()
    ended = run_probe("egress", {"endpoints": [{"host": "127.0.0.1", "port": port, "protocol": "tcp"}]})
    assert (ended.code, ended.frame["ok"], ended.frame["stage"]) == (0, True, "done")
    assert ended.frame["data"]["endpoints"] == [
        {"endpoint": f"tcp://127.0.0.1:{port}", "via": "direct", "stage": "tcp", "code": "refused"}
    ]


def test_an_attempt_that_was_not_finished_says_so(observe: Observe) -> None:
    reached, hang = threading.Event(), threading.Event()

    def wait(connection: Connection) -> None:
        reached.set()
        hang.wait(20)

    with TcpServer(wait) as server:
        observation = Observation("egress")
        observation.parameters = {"endpoints": [{"host": "127.0.0.1", "port": server.port, "path": "/v2/"}]}
        thread = threading.Thread(target=egress.observe, args=(observation,))
        thread.start()
        assert reached.wait(20)
        (entry,) = observation.data["endpoints"]
        assert (entry["endpoint"], entry["code"]) == (
            f"127.0.0.1:{server.port}/v2/",
            "unfinished",
        )
        hang.set()
        thread.join(20)
    assert entry["code"] == "tls-reset"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"endpoints": [{"host": "a b"}]},
            "an endpoint needs host, port, path and protocol https, http or tcp",
        ),
        (
            {"endpoints": [{"host": ".run.ai"}]},
            "an endpoint needs host, port, path and protocol https, http or tcp",
        ),
        (
            {"endpoints": [{"host": "a", "path": "/\r\nX: y"}]},
            "an endpoint needs host, port, path and protocol https, http or tcp",
        ),
        ({"endpoints": "app.run.ai"}, "parameter 'endpoints' must be of type list, not str"),
        ({"proxy": {"https": "socks5://me:pw@far:1"}}, "the proxy must be of the form http://host:port"),
        (
            {"caFile": "/nowhere.pem"},
            "the CA file /nowhere.pem cannot be used: [Errno 2] No such file or directory",
        ),
    ],
)
def test_parameters_that_cannot_be_used(observe: Observe, parameters: Json, message: str) -> None:
    with pytest.raises(Fault) as caught:
        observe(egress.observe, parameters)
    assert (caught.value.code, str(caught.value)) == ("bad-parameters", message)
