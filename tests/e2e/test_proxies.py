"""The egress probe, a program of its own, through real proxies to a real TLS server."""

import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import trustme

from tests.e2e import proxies
from tests.e2e.proxies import PASSWORD, USER, Proxy
from tests.probes import servers
from tests.probes.certificates import outcome, server_context
from tests.probes.conftest import PROBES, clean_environment, read_frames

pytestmark = pytest.mark.e2e

ISSUER = "mitmproxy / mitmproxy"  # organization and name of its authority
PROFILE = """
apiVersion: runai-preflight/v1
kind: Profile
name: site
title: The site
released: 2022-07
document: A document
requirements:
- id: egress.site
  title: The site is reached
  check: endpoint
  expect: {{host: localhost, port: {port}, during: [run]}}
  source: {{section: Network}}
  remedy: {{text: Open it.}}
"""
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}"
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """These tests have no cluster."""


@pytest.fixture(scope="module", autouse=True)
def installed(debian: Callable[[tuple[str, ...]], None]) -> None:
    """The proxies are installed."""
    debian(proxies.PACKAGES)


class Site(NamedTuple):
    """An HTTPS server behind the proxies, and the file of its authority."""

    port: int
    ca_file: Path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    authority = trustme.CA(organization_name="Site's Authority")
    file = tmp_path_factory.mktemp("site") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context: ssl.SSLContext = server_context(authority)
    with servers.TcpServer(servers.tls(context, servers.http("403 Forbidden"))) as server:
        yield Site(server.port, file)


@pytest.fixture(scope="module")
def open_squid() -> Iterator[Proxy]:
    with proxies.squid(proxies.OPEN) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def squid_with_login() -> Iterator[Proxy]:
    with proxies.squid(proxies.WITH_LOGIN) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def interceptor(site: Site) -> Iterator[Proxy]:
    with proxies.mitmproxy(site.ca_file) as proxy:
        yield proxy


def attempt(url: str, port: int, ca_file: Path, tmp_path: Path) -> Json:
    """What the probe says of https://localhost:PORT through this proxy."""
    parameters = {"endpoints": [{"host": "localhost", "port": port}], "caFile": str(ca_file)}
    done = subprocess.run(
        [sys.executable, "-IS", str(PROBES / "egress.py")],
        input=json.dumps(parameters),
        env=clean_environment(tmp_path / "termination-log", HTTPS_PROXY=url),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert PASSWORD not in done.stdout + done.stderr
    (frame,) = read_frames(done.stdout)
    entry: Json = {**frame["detail"]["endpoints"][-1], **frame["data"]["endpoints"][-1]}
    assert entry["via"] == "proxy"
    return entry


def test_squid_forbids(site: Site, tmp_path: Path) -> None:
    with proxies.squid(proxies.CLOSED) as proxy:
        entry = attempt(proxy.url(), site.port, site.ca_file, tmp_path)
    assert outcome(entry) == ("proxy", "proxy-forbidden")


def test_squid_does_not_reach_the_site(open_squid: Proxy, site: Site, tmp_path: Path) -> None:
    entry = attempt(open_squid.url(), servers.free_port(), site.ca_file, tmp_path)
    assert outcome(entry) == ("proxy", "proxy-error")
    assert entry["proxyStatus"] == 503


@pytest.mark.parametrize("login", ["", f"{USER}:wrong"], ids=["none", "wrong"])
def test_squid_wants_a_login(squid_with_login: Proxy, site: Site, tmp_path: Path, login: str) -> None:
    entry = attempt(squid_with_login.url(login), site.port, site.ca_file, tmp_path)
    assert outcome(entry) == ("proxy", "proxy-auth-required")


def test_squid_lets_those_through_that_it_knows(squid_with_login: Proxy, site: Site, tmp_path: Path) -> None:
    entry = attempt(squid_with_login.url(LOGIN), site.port, site.ca_file, tmp_path)
    assert outcome(entry) == ("http", "ok")


def test_through_squid_the_site_is_seen_as_it_is(open_squid: Proxy, site: Site, tmp_path: Path) -> None:
    entry = attempt(open_squid.url(), site.port, site.ca_file, tmp_path)
    assert outcome(entry) == ("http", "ok")
    assert (entry["status"], entry["proxyStatus"], entry["issuer"]) == (403, 200, "Site's Authority")


def test_interception_is_named_by_the_issuer(interceptor: Proxy, site: Site, tmp_path: Path) -> None:
    entry = attempt(interceptor.url(), site.port, site.ca_file, tmp_path)
    assert outcome(entry) == ("tls", "unknown-issuer")
    assert entry["issuer"] == ISSUER


def test_interception_that_is_trusted_shows_in_the_issuer(
    interceptor: Proxy, site: Site, tmp_path: Path
) -> None:
    own = interceptor.folder / "mitmproxy-ca-cert.pem"
    entry = attempt(interceptor.url(), site.port, own, tmp_path)
    assert outcome(entry) == ("http", "ok")
    assert (entry["status"], entry["issuer"]) == (403, ISSUER)


def test_who_intercepts_is_in_the_finding(interceptor: Proxy, site: Site, tmp_path: Path) -> None:
    profile = tmp_path / "site.yaml"
    profile.write_text(PROFILE.format(port=site.port))
    own = interceptor.folder / "mitmproxy-ca-cert.pem"
    options = ["-p", str(profile), "--proxy", interceptor.url(), "--ca-file", str(own), "-o", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "host", *options],
        env=clean_environment(tmp_path / "termination-log"),
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
    )
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["status"], finding["message"]) == (
        "warn",
        f"localhost:{site.port} is reached, but TLS is intercepted: its certificate is issued by {ISSUER}",
    )


def test_an_interceptor_that_wants_a_login(site: Site, tmp_path: Path) -> None:
    with proxies.mitmproxy(site.ca_file, "--proxyauth", f"{USER}:{PASSWORD}") as proxy:
        entry = attempt(proxy.url(), site.port, site.ca_file, tmp_path)
    assert outcome(entry) == ("proxy", "proxy-auth-required")
