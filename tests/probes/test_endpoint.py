"""Endpoints, proxies and NO_PROXY as Go programs read it, which are what reaches out for Run:ai."""

import pytest
from endpoint import Endpoint, Proxy
from hypothesis import given
from hypothesis import strategies as st
from shared import Fault


def exempts(no_proxy: str, host: str, port: int = 443) -> bool:
    return Proxy.parse("http://proxy:3128", no_proxy).exempts(Endpoint(host, port, "https", "/"))


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("*", "app.run.ai"),
        ("app.run.ai", "APP.run.ai"),
        ("run.ai", "app.run.ai"),
        (".run.ai", "app.run.ai"),
        ("*.run.ai", "app.run.ai"),
        ("a, run.ai:443", "app.run.ai"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("fd00::/8", "fd00::1"),
        ("10.1.2.3", "10.1.2.3"),
        ("fd00::1", "fd00::1"),
        ("[fd00::1]:443", "fd00::1"),
    ],
)
def test_exempt(no_proxy: str, host: str) -> None:
    assert exempts(no_proxy, host)


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("", "app.run.ai"),
        (".run.ai", "run.ai"),
        ("un.ai", "app.run.ai"),
        ("run.ai:8443", "app.run.ai"),
        ("10.0.0.0/8", "11.1.2.3"),
        ("10.0.0.0/8", "app.run.ai"),
        ("10.0.0.0/99", "10.1.2.3"),
        ("app.run.ai.example", "app.run.ai"),
    ],
)
def test_not_exempt(no_proxy: str, host: str) -> None:
    assert not exempts(no_proxy, host)


@given(st.text(), st.text(min_size=1))
def test_any_no_proxy(no_proxy: str, host: str) -> None:
    assert exempts(no_proxy, host) in (True, False)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://proxy:3128", "proxy:3128"),
        ("proxy:3128", "proxy:3128"),
        ("http://me:pw@proxy", "proxy:80"),
        ("http://[fd00::1]:8080/", "[fd00::1]:8080"),
    ],
)
def test_proxies(url: str, address: str) -> None:
    assert str(Proxy.parse(url, "")) == address


@pytest.mark.parametrize(
    "url", ["https://me:pw@proxy", "socks5://proxy", "http://", "http://proxy:x", "http://[x"]
)
def test_what_is_no_proxy(url: str) -> None:
    with pytest.raises(Fault, match=r"^the proxy must be of the form http://host:port$"):
        Proxy.parse(url, "")


def test_the_environment_names_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("https_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://env:1")
    assert [str(part) for part in Proxy.find({})] == ["env:1", "HTTPS_PROXY"]
    assert [str(part) for part in Proxy.find({"https": "http://given:2"})] == ["given:2", "parameters"]


@pytest.mark.parametrize(
    ("host", "port", "protocol", "authority"),
    [
        ("app.run.ai", 443, "https", "app.run.ai"),
        ("app.run.ai", 8443, "https", "app.run.ai:8443"),
        ("fd00::1", 80, "http", "[fd00::1]"),
    ],
)
def test_the_host_header(host: str, port: int, protocol: str, authority: str) -> None:
    assert Endpoint(host, port, protocol, "/").authority == authority
