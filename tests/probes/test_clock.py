"""The skew against servers whose clock is known."""

from collections.abc import Callable

import pytest
import trustme
from clock import Reference, observe_skew

from tests.probes import servers
from tests.probes.certificates import server_context
from tests.probes.conftest import Ended
from tests.probes.servers import TcpServer


@pytest.mark.parametrize("skew", [0.0, 90.0, -86400.0])
def test_the_skew_lies_within_its_uncertainty(skew: float) -> None:
    with TcpServer(servers.http("403 Forbidden", skew=skew)) as server:
        seen = observe_skew(Reference("127.0.0.1", server.port, tls=False))
    assert seen["reference"] == f"http://127.0.0.1:{server.port}"
    assert abs(seen["skewSeconds"] + skew) <= seen["uncertaintySeconds"]
    assert seen["uncertaintySeconds"] < 1


def test_in_a_pod_the_api_server_is_asked_whoever_signed_it(run_probe: Callable[..., Ended]) -> None:
    cluster = server_context(trustme.CA(organization_name="A cluster"), "kubernetes")
    with TcpServer(servers.tls(cluster, servers.http("401 Unauthorized", skew=-30))) as server:
        ended = run_probe(
            "node", KUBERNETES_SERVICE_HOST="127.0.0.1", KUBERNETES_SERVICE_PORT=str(server.port)
        )
    clock = ended.frame["data"]["clock"]
    assert clock["reference"] == f"https://127.0.0.1:{server.port}"
    assert abs(clock["skewSeconds"] - 30) <= clock["uncertaintySeconds"]


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (servers.saying(b"HTTP/1.1 200 OK\r\n\r\n"), "not an HTTP date"),
        (servers.saying(b"SSH-2.0\r\n"), "the answer does not begin as HTTP does, or its head never ends"),
        (servers.close_after_first_bytes, "the connection was closed before a whole HTTP head had come"),
    ],
)
def test_a_server_that_does_not_tell_the_time(handler: servers.Handler, reason: str) -> None:
    with TcpServer(handler) as server:
        seen = observe_skew(Reference("127.0.0.1", server.port, tls=False))
    url = f"http://127.0.0.1:{server.port}"
    told = f"{url} did not tell the time: {reason}"
    assert seen == {"skewSeconds": None, "reference": url, "reason": told}


def test_a_server_that_tells_it_once() -> None:
    answers = [servers.http(skew=-5), servers.reset_after_first_bytes, servers.reset_after_first_bytes]
    with TcpServer(lambda connection: answers.pop(0)(connection)) as server:
        seen = observe_skew(Reference("127.0.0.1", server.port, tls=False))
    assert abs(seen["skewSeconds"] - 5) <= seen["uncertaintySeconds"]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://time.example/x", "http://time.example:80"),
        ("https://time.example", "https://time.example:443"),
        ("https://[fd00::1]:6443/version", "https://[fd00::1]:6443"),
    ],
)
def test_references(url: str, text: str) -> None:
    assert str(Reference.parse(url)) == text


@pytest.mark.parametrize("url", ["ftp://time.example", "time.example", "http://:80"])
def test_what_is_no_reference(run_probe: Callable[..., Ended], url: str) -> None:
    ended = run_probe("node", {"clockReference": url})
    assert (ended.code, ended.frame["stage"]) == (1, "clock")
    assert ended.frame["error"] == {
        "code": "bad-parameters",
        "message": "clockReference must be an http or https URL",
    }
    assert ended.frame["data"]["memory"]["totalBytes"] > 0


def test_tls_that_is_none() -> None:
    with TcpServer(servers.saying(b"HTTP/1.1 400 no\r\n\r\n")) as server:
        seen = observe_skew(Reference("127.0.0.1", server.port, tls=True))
    assert seen["skewSeconds"] is None
