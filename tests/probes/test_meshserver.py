"""The server of the mesh: it answers its own run, says nothing to others, and is nobody's relay."""

import socket
import threading
import time
from collections.abc import Iterator

import meshserver
import meshtalk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshserver import Server
from meshtalk import LINE_LIMIT, Way, decode, encode
from party import Peer
from pathmtu import say_done
from shared import Fault
from tasks import Deadline, start

from tests.probes.meshes import PORT, TOKEN, WAY, address, ask, serving
from tests.probes.servers import Connection, TcpServer


@pytest.fixture
def member() -> Iterator[Peer]:
    with serving("n1") as peer:
        yield peer


def say(peer: Peer, datagram: bytes) -> bytes:
    """What a member answers to a datagram, b"" for silence until it has answered another one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(10)
        udp.connect((peer.address, PORT))
        udp.send(datagram)
        udp.send(encode(TOKEN, "done", "marker"))
        first = udp.recv(4096)
        return b"" if first == encode(TOKEN, "bye") else first


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\n",
        b"\n",
        b"\xff\xfe\x00\n",
        encode("another-run", "ping"),
        encode(TOKEN),
        encode(TOKEN, "ping-pong"),
        encode(TOKEN, "reach"),
        encode(TOKEN, "reach", "10.0.0.1", "22"),
        b"x" * LINE_LIMIT,
    ],
)
def test_it_says_nothing_to_what_it_does_not_know(member: Peer, line: bytes) -> None:
    assert ask(member, line) == b""


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\xff" * 100,
        encode("another-run", "size", "100").ljust(100, b"\0"),
        encode(TOKEN, "size", "1000").ljust(100, b"\0"),
        encode(TOKEN, "size", "many").ljust(100, b"\0"),
        encode(TOKEN, "done"),
        encode(TOKEN, "ping"),
    ],
)
def test_it_says_nothing_to_a_datagram_that_is_not_what_it_says(member: Peer, datagram: bytes) -> None:
    assert say(member, datagram) == b""


@pytest.mark.parametrize("size", [40, 1472, 8972])
def test_an_answer_over_udp_is_shorter_than_what_asked(member: Peer, size: int) -> None:
    answer = say(member, encode(TOKEN, "size", str(size)).ljust(size, b"\0"))
    assert decode(answer, TOKEN) == ["got", str(size)]
    assert len(answer) <= size


@pytest.mark.parametrize("target", ["localhost", "metadata.example", "127.0.0.1:22", "10.0.0.256", "-1"])
def test_it_reaches_addresses_only(member: Peer, target: str) -> None:
    assert WAY.ask_to_reach(member, target) == "bad-address"


def test_it_connects_to_its_own_port_only_and_says_nothing_but_a_ping(member: Peer) -> None:
    heard: list[bytes] = []
    with (
        TcpServer(
            lambda connection: heard.append(connection.stream.recv(512)), where=(address(), PORT)
        ) as own,
        TcpServer(lambda connection: heard.append(b"another port")) as other,
    ):
        assert WAY.ask_to_reach(member, own.host) == "reset"
        assert WAY.ask_to_reach(member, other.host) == "refused"
    assert heard == [encode(TOKEN, "ping")]


def test_it_looks_at_so_many_for_others_at_once(member: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshserver, "RELAYS", 1)
    arrived, release = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        arrived.set()
        release.wait(10)

    with serving("n2") as relay, TcpServer(hold, where=(address(), PORT)) as slow:
        first = start(lambda: WAY.ask_to_reach(relay, slow.host))
        assert arrived.wait(10)
        assert WAY.ask_to_reach(relay, member.address) == "busy"
        release.set()
        assert first(10) == "reset"
        assert WAY.ask_to_reach(relay, member.address) == "ok"


def test_who_never_asks_holds_no_place_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshserver, "CONNECTIONS", 2)
    monkeypatch.setattr(meshserver, "EXCHANGE_TIMEOUT", 0.1)
    with serving("n1") as peer:
        idle = [socket.create_connection((peer.address, PORT)) for _ in range(4)]
        assert ask(peer, encode(TOKEN, "ping")).startswith(encode(TOKEN, "pong n1").strip())
        for one in idle:
            one.close()


def test_a_port_that_is_taken_is_told(member: Peer) -> None:
    with pytest.raises(Fault, match=f"port {PORT} cannot be served") as raised:
        Server(member.address, WAY, "n2")
    assert raised.value.code == "port-taken"


def test_it_serves_both_families_where_no_address_is_given() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    way = Way(port, TOKEN)
    with Server("", way, "n1"):
        assert [way.ping_address(one).name for one in ("127.0.0.1", "::1")] == ["n1", "n1"]


def test_it_lingers_until_all_guests_are_done() -> None:
    host = address()
    with Server(host, WAY, "n1") as server:
        wait = start(lambda: server.linger(2, quiet=60, deadline=Deadline(60)))
        for guest in ("n2", "n2", "n3"):
            assert say_done(WAY, host, guest)
        assert wait(30) is True


def test_it_lingers_for_a_guest_that_never_comes_until_nobody_asks() -> None:
    with Server(address(), WAY, "n1") as server:
        assert server.linger(1, quiet=0.05, deadline=Deadline(60)) is False
        assert server.linger(1, quiet=60, deadline=Deadline(0.05)) is False


def test_whoever_asks_makes_it_linger() -> None:
    host = address()
    with Server(host, WAY, "n1") as server:
        assert server.linger(1, quiet=0.2, deadline=Deadline(60)) is False
        asked = time.monotonic()
        WAY.ping_address(host)
        assert server.linger(1, quiet=0.2, deadline=Deadline(60)) is False
        assert time.monotonic() - asked >= 0.2


def test_at_the_end_nobody_answers(member: Peer) -> None:
    with serving("n2") as peer:
        assert WAY.ping(peer).name == "n2"
    with pytest.raises(Fault) as raised:
        WAY.ping(peer)
    assert raised.value.code == "refused"
    assert not say_done(WAY, peer.address, "n1")


@given(st.binary(max_size=200))
def test_any_line_is_words_of_this_run_or_nothing(line: bytes) -> None:
    words = decode(line, TOKEN)
    assert words is None or line.startswith(b"runai-preflight-mesh/1")
    assert decode(encode(TOKEN, *(words or ["ping"])), TOKEN) == (words or ["ping"])


def test_any_datagram_is_answered_with_less_or_not_at_all() -> None:
    words_of_ours = st.sampled_from(["size", "done", "got", "40", "60", "1000000", "-1", "", "\x00"])
    with Server(address(), WAY, "n1") as server:

        @given(st.lists(words_of_ours, max_size=4), st.integers(0, 70))
        def check(words: list[str], size: int) -> None:
            datagram = encode(TOKEN, *words).ljust(size, b"\0")
            answer = server._answer_datagram(datagram)
            assert not answer or len(encode(TOKEN, *answer)) < len(datagram)

        check()


def test_addresses_are_never_looked_up() -> None:
    with pytest.raises(Fault, match="'localhost' is no IP address"):
        meshtalk.family_of("localhost")
