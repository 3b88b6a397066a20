"""Sizes of packets, against servers that lose what a test says."""

from collections.abc import Callable

import pathmtu
import pytest
from meshserver import Server
from meshtalk import Way, decode, encode
from pathmtu import Path, observe_path, say_done

from tests.probes import servers
from tests.probes.meshes import TOKEN, WAY, serving
from tests.probes.nameservers import udp_server

HEADERS = 28


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pod whose own MTU is 1500, and who does not wait long for what is lost."""
    monkeypatch.setattr(pathmtu, "LARGEST", 1500)
    monkeypatch.setattr(pathmtu, "PATIENCE", 0.3)
    monkeypatch.setattr(pathmtu, "RESEND", 0.05)


def answer(datagram: bytes) -> list[bytes]:
    """As the server of the mesh does."""
    words = decode(datagram.partition(b"\n")[0], TOKEN) or []
    return [encode(TOKEN, "got", *words[1:])]


def through(passes: Callable[[int], bool]) -> Path:
    """The path over which packets of these sizes come."""
    with udp_server(lambda datagram: answer(datagram) if passes(len(datagram) + HEADERS) else []) as port:
        return observe_path(Way(port, TOKEN), "127.0.0.1")


@pytest.mark.parametrize(
    ("most", "passed", "lost"),
    [
        (1500, [1400, 1420, 1450, 1480, 1500], []),
        (1480, [1400, 1420, 1450, 1480], [1500]),
        (1450, [1400, 1420, 1450], [1480, 1500]),
        (1420, [1400, 1420], [1450, 1480, 1500]),
        (0, [], [1400, 1420, 1450, 1480, 1500]),
    ],
)
def test_what_is_lost_on_the_way(most: int, passed: list[int], lost: list[int]) -> None:
    path = through(lambda size: size <= most)
    assert (path.passed, path.lost, path.told) == (passed, lost, None)
    assert path.mute == (not passed)


def test_a_datagram_that_is_lost_once_is_sent_again() -> None:
    seen: set[int] = set()

    def second_time(size: int) -> bool:
        again = size in seen
        seen.add(size)
        return again

    assert through(second_time).lost == []


def test_answers_of_others_and_to_other_sizes_count_for_nothing() -> None:
    def lie(datagram: bytes) -> list[bytes]:
        return [b"\xff", encode("another", "got", "1372"), encode(TOKEN, "got", "7"), encode(TOKEN, "bye")]

    with udp_server(lie) as port:
        assert observe_path(Way(port, TOKEN), "127.0.0.1").mute


def test_nobody_listens() -> None:
    way = Way(servers.free_port(), TOKEN)
    assert observe_path(way, "127.0.0.1").mute
    assert not say_done(way, "127.0.0.1", "n1")


def test_over_ipv6() -> None:
    way = Way(servers.free_port(), TOKEN)
    with Server("::1", way, "n1"):
        path = observe_path(way, "::1")
    assert (path.lost, path.passed[-1], path.fragments) == ([], 1500, None)


def test_a_member_of_the_mesh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pathmtu, "PATIENCE", 10.0)
    with serving("n1") as peer:
        path = observe_path(WAY, peer.address)
        assert (path.lost, path.told) == ([], None)
        assert say_done(WAY, peer.address, "n2")
