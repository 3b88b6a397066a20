"""Name resolution against real servers: every code, the search list, and what an attacker may send."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dns
import dnsclient
import pytest
from dnsclient import Server, ask, ask_tcp, ask_udp, timed
from dnslib import QTYPE, RR, A, DNSRecord
from shared import Fault

from tests.probes import servers
from tests.probes.conftest import Ended, Json, Observe
from tests.probes.nameservers import ZoneResolver, udp_server, zone_server
from tests.probes.servers import TcpServer

MANY = [f"10.0.{i}.1" for i in range(60)]
ZONE: dict[str, Any] = {
    "kubernetes.default.svc.cluster.local": ["10.96.0.1"],
    "app.run.ai": ["192.0.2.7", "192.0.2.8"],
    "big.example": MANY,
    "empty.example": [],
    "broken.example": "SERVFAIL",
    "forbidden.example": "REFUSED",
    "odd.example": "NOTIMP",
}


@pytest.fixture(scope="module")
def zone_port() -> Iterator[tuple[ZoneResolver, int]]:
    """The server of the zone, shared: it takes a second to end."""
    with zone_server(ZONE) as server:
        yield server


@pytest.fixture
def zone(zone_port: tuple[ZoneResolver, int]) -> ZoneResolver:
    """What the server has been asked, from now on."""
    zone_port[0].asked.clear()
    return zone_port[0]


@pytest.fixture
def port(zone_port: tuple[ZoneResolver, int]) -> int:
    """The port of that server, over UDP and TCP."""
    return zone_port[1]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions that nobody answers end soon."""
    monkeypatch.setattr(dnsclient, "QUERY_TIMEOUT", 1.0)
    monkeypatch.setattr(dnsclient, "RESEND", 0.2)


def udp(port: int, name: str = "app.run.ai") -> Json:
    return timed(lambda: ask_udp(Server("127.0.0.1", port), name))


def tcp(port: int, name: str = "app.run.ai") -> Json:
    return timed(lambda: ask_tcp(Server("127.0.0.1", port), name))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("app.run.ai", "answer"),
        ("app.run.ai.", "answer"),
        ("APP.run.AI", "answer"),
        ("missing.example", "nxdomain"),
        ("empty.example", "nodata"),
        ("broken.example", "servfail"),
        ("forbidden.example", "refused"),
        ("odd.example", "notimp"),
    ],
)
def test_codes_over_udp_and_tcp(port: int, name: str, code: str) -> None:
    over_udp, over_tcp = udp(port, name), tcp(port, name)
    assert over_udp["code"] == over_tcp["code"] == code
    wanted = ["192.0.2.7", "192.0.2.8"] if code == "answer" else []
    assert over_udp["addresses"] == over_tcp["addresses"] == wanted


def test_an_answer_cut_over_udp_is_asked_again_over_tcp(zone: ZoneResolver, port: int) -> None:
    assert udp(port, "big.example")["code"] == "truncated"
    whole = ask(Server("127.0.0.1", port), "big.example")
    assert (whole["code"], whole["addresses"], whole["tcp"]) == ("answer", MANY, True)
    assert zone.asked == ["big.example A udp", "big.example A udp", "big.example A tcp"]


def test_nobody_listens() -> None:
    port = servers.free_port()
    assert udp(port)["code"] == tcp(port)["code"] == "unreachable"


def test_silence(impatient: None) -> None:
    queries: list[bytes] = []
    with udp_server(lambda query: queries.append(query) or []) as port, TcpServer(servers.mute) as mute:  # type: ignore[func-returns-value]
        assert udp(port)["code"] == "timeout"
        assert tcp(mute.port)["code"] == "timeout"
    assert len(queries) >= 2
    assert set(queries) == {queries[0]}  # asked again, and the same


def test_a_lost_question_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dnsclient, "RESEND", 0.05)
    queries: list[bytes] = []

    def second_time(query: bytes) -> list[bytes]:
        queries.append(query)
        return [reply(query, "192.0.2.1")] if len(queries) > 1 else []

    with udp_server(second_time) as port:
        assert udp(port)["addresses"] == ["192.0.2.1"]


def reply(query: bytes, address: str, **header: int) -> bytes:
    record = DNSRecord.parse(query).reply()
    record.add_answer(RR(record.q.qname, QTYPE.A, rdata=A(address), ttl=1))
    for field, value in header.items():
        setattr(record.header, field, value)
    packed: bytes = record.pack()
    return packed


def test_answers_to_other_questions_are_ignored() -> None:
    def spoof(query: bytes) -> list[bytes]:
        asked = DNSRecord.parse(query)
        other = DNSRecord.question("evil.example")
        other.header.id = asked.header.id
        return [
            reply(query, "203.0.113.1", id=asked.header.id ^ 1),
            reply(query, "203.0.113.2", qr=0),
            reply(other.pack(), "203.0.113.3"),
            query,
            b"",
            reply(query, "192.0.2.1"),
        ]

    with udp_server(spoof) as port:
        assert udp(port)["addresses"] == ["192.0.2.1"]


def test_only_garbage(impatient: None) -> None:
    with udp_server(lambda query: [query[:2] + b"\x80\x00\x00\x01"]) as port:
        assert udp(port)["code"] == "malformed"


@pytest.mark.parametrize(
    ("text", "code"),
    [(b"\x00\x20half", "malformed"), (b"\x00\x04\x00\x01\x80\x00", "malformed"), (b"", "unreachable")],
    ids=["cut short", "another id", "closed"],
)
def test_odd_tcp_servers(text: bytes, code: str) -> None:
    with TcpServer(servers.saying(text)) as server:
        assert tcp(server.port)["code"] == code


def test_a_name_that_dns_cannot_carry() -> None:
    with pytest.raises(Fault, match=r"^'a\.\.b' is not a DNS name$"):
        udp(servers.free_port(), "a..b")


def test_the_configuration() -> None:
    text = "# kubelet\nsearch old\nnameserver 10.96.0.10\nnameserver fd00::a\n"
    text += "search a.svc b\noptions ndots:5 edns0\n"
    summary = dns.Configuration(text).summary()
    assert summary == {
        "nameservers": ["10.96.0.10", "fd00::a"],
        "search": ["a.svc", "b"],
        "ndots": 5,
        "options": ["ndots:5", "edns0"],
    }


@pytest.mark.parametrize(
    ("search", "domain"),
    [
        ("a.svc.cluster.local svc.cluster.local cluster.local", "cluster.local"),
        ("a.svc.corp.example svc.corp.example corp.example", "corp.example"),
        ("svc.corp.example.", "corp.example"),
        ("corp.example", "cluster.local"),
    ],
)
def test_the_domain_of_the_cluster_is_in_the_search_list(search: str, domain: str) -> None:
    assert dns.Configuration(f"search {search}\n").cluster_domain == domain


def test_the_name_that_is_asked_is_of_that_domain(observe: Observe, tmp_path: Path, port: int) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 127.0.0.1\nsearch a.svc.corp.example svc.corp.example\n")
    seen = observe(dns.observe, {"resolvConf": str(path), "port": port})
    assert seen.data["cluster"]["name"] == "kubernetes.default.svc.corp.example"


@pytest.mark.parametrize(
    ("options", "name", "candidates"),
    [
        ("ndots:5", "app.run.ai", ["app.run.ai.a.", "app.run.ai.b.", "app.run.ai."]),
        ("ndots:2", "app.run.ai", ["app.run.ai.", "app.run.ai.a.", "app.run.ai.b."]),
        ("ndots:5", "app.run.ai.", ["app.run.ai."]),
        ("ndots:99", "a", ["a.a.", "a.b.", "a."]),
        ("edns0", "a.b", ["a.b.", "a.b.a.", "a.b.b."]),
    ],
)
def test_the_search_list(options: str, name: str, candidates: list[str]) -> None:
    assert dns.Configuration(f"search a b.\noptions {options}\n").candidates(name) == candidates


def parameters(tmp_path: Path, port: int, **more: object) -> Json:
    path = tmp_path / "resolv.conf"
    path.write_text("nameserver 127.0.0.1\nsearch x.svc.cluster.local svc.cluster.local\noptions ndots:5\n")
    return {"resolvConf": str(path), "port": port, **more}


def test_the_whole(run_probe: Callable[..., Ended], tmp_path: Path, zone: ZoneResolver, port: int) -> None:
    resolvers = [{"address": "127.0.0.1", "port": port, "query": "big.example"}]
    ended = run_probe("dns", parameters(tmp_path, port, names=["app.run.ai"], resolvers=resolvers))
    assert (ended.code, ended.frame["stage"]) == (0, "done")
    data = ended.frame["data"]
    (nameserver,) = data["cluster"]["servers"]
    assert nameserver["addresses"] == ["10.96.0.1"]
    assert data["cluster"]["getaddrinfo"]["code"] != ""
    assert [(one["name"], one["code"]) for one in data["names"]] == [("app.run.ai", "answer")]
    assert (data["searchCost"]["relative"]["queries"], data["searchCost"]["absolute"]["queries"]) == (6, 2)
    (outside,) = data["resolvers"]
    assert (outside["resolver"], outside["port"]) == ("127.0.0.1", port)
    assert (outside["udp"]["code"], outside["tcp"]["code"], outside["stage"]) == (
        "truncated",
        "answer",
        "query",
    )
    assert "addresses" not in outside["tcp"]
    assert ended.frame["detail"]["resolvers"][0]["tcp"]["addresses"] == MANY
    walked = {"app.run.ai.x.svc.cluster.local A udp", "app.run.ai.svc.cluster.local AAAA udp"}
    assert walked <= set(zone.asked)


def test_hosts_are_looked_up_as_programs_do_and_keep_their_addresses(
    observe: Observe, tmp_path: Path, port: int
) -> None:
    seen = observe(dns.observe, parameters(tmp_path, port, hosts=["localhost", "127.0.0.7", "a..b"]))
    local, literal, broken = seen.data["hosts"]
    assert (local["name"], local["code"]) == ("localhost", "answer")
    assert {"127.0.0.1", "::1"} & set(local["addresses"])
    assert (literal["code"], literal["addresses"]) == ("answer", ["127.0.0.7"])
    assert (broken["name"], broken["addresses"]) == ("a..b", [])
    assert broken["code"] != "answer"


def test_a_resolver_given_by_a_name_that_does_not_exist(
    observe: Observe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    resolvers = [{"address": "dynu.com", "query": "app.run.ai"}]
    seen = observe(dns.observe, parameters(tmp_path, port, resolvers=resolvers))
    (entry,) = seen.data["resolvers"]
    assert (entry["resolver"], entry["stage"], entry["code"]) == ("dynu.com", "resolve", "nxdomain")
    assert seen.data["cluster"]["getaddrinfo"]["code"] == "nxdomain"


def test_without_a_resolv_conf_this_machine_is_asked(observe: Observe, port: int) -> None:
    seen = observe(dns.observe, {"resolvConf": "/nowhere", "port": port, "names": ["app.run.ai"]})
    assert (seen.data["nameservers"], seen.data["ndots"]) == ([], 1)
    assert [one["code"] for one in seen.data["names"]] == ["answer"]


def test_a_silent_nameserver_hands_over_to_the_next(port: int) -> None:
    asked = [Server("127.0.0.2", port), Server("127.0.0.1", port)]
    outcome = dns.ask_in_turn(asked, "app.run.ai")
    assert (outcome["server"], outcome["code"]) == ("127.0.0.1", "answer")


def test_parameters_that_cannot_be_used(run_probe: Callable[..., Ended]) -> None:
    ended = run_probe("dns", {"resolvers": [{"address": "8.8.8.8"}]})
    assert (ended.code, ended.frame["ok"], ended.frame["stage"]) == (1, False, "resolvers")
    assert ended.frame["error"] == {
        "code": "bad-parameters",
        "message": "a resolver needs an address, a query and perhaps a port",
    }
