"""Pods that go step by step: strangers at the door, those who drop out, and those who fall silent."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from os import getpid

import pytest
from circle import Circle, Door
from party import Peer
from shared import Fault
from tasks import Deadline

PORT = 10348
_NETWORKS = count()
NAMES = ("a", "b", "c")


@pytest.fixture
def peers() -> list[Peer]:
    """Three of them, at addresses that no other test has."""
    network = f"127.{128 | getpid() >> 8 & 127}.{getpid() & 255}"
    first = 3 * (next(_NETWORKS) % 80) + 1
    return [Peer(name, f"{network}.{first + number}") for number, name in enumerate(NAMES)]


@pytest.fixture
def doors(peers: list[Peer]) -> Iterator[list[Door]]:
    with ExitStack() as opened:
        yield [opened.enter_context(Door(peer.address, PORT, "token", peer.name)) for peer in peers]


Meet = Callable[[], list[Circle]]


@pytest.fixture
def meet(doors: list[Door], peers: list[Peer]) -> Iterator[Meet]:
    """Have all of them meet: the circle of each."""
    with ThreadPoolExecutor(len(doors)) as pool, ExitStack() as met:

        def go() -> list[Circle]:
            circles = list(pool.map(_enter, doors, (others(peers, peer) for peer in peers)))
            for circle in circles:
                met.callback(circle.close)
            return circles

        yield go


def _enter(door: Door, others: list[Peer]) -> Circle:
    return door.meet(others, Deadline(20))


def others(peers: list[Peer], me: Peer) -> list[Peer]:
    return [peer for peer in peers if peer is not me]


def stepping(pool: ThreadPoolExecutor, circles: list[Circle], name: str) -> list["Future[object]"]:
    return [pool.submit(circle.step, name, 20, said=number) for number, circle in enumerate(circles)]


def test_strangers_are_not_let_in(peers: list[Peer], doors: list[Door], meet: Meet) -> None:
    hellos = (
        b'{"token": "other", "name": "b"}\n',
        b'{"token": "token", "name": "z"}\n',
        b"GET / HTTP/1.1\r\n\r\n",
    )
    with ExitStack() as came:
        for hello in (*hellos, b"[]\n"):
            stranger = came.enter_context(socket.create_connection((peers[0].address, PORT)))
            stranger.sendall(hello)
        came.enter_context(socket.create_connection((peers[0].address, PORT))).shutdown(socket.SHUT_WR)
        assert [circle.names for circle in meet()] == [["b", "c"], ["a", "c"], ["a", "b"]]


def test_nobody_begins_a_step_before_all_have_ended_the_one_before(meet: Meet) -> None:
    circles = meet()
    with ThreadPoolExecutor(3) as pool:
        early = stepping(pool, circles[:2], "one")
        assert not any(future.done() for future in early)
        assert circles[2].step("one", 20, said=7).keys() == {"a", "b"}
        heard = early[0].result()
    assert heard == {"b": {"step": "one", "said": 1}, "c": {"step": "one", "said": 7}}


def test_who_drops_out_is_missed_once_and_the_others_go_on(meet: Meet) -> None:
    circles = meet()
    circles[1].close()
    with ThreadPoolExecutor(2) as pool:
        for name in ("one", "two"):
            for future in stepping(pool, [circles[0], circles[2]], name):
                future.result()
    assert circles[0].lost == circles[2].lost == [{"name": "b", "step": "one", "code": "gone"}]
    assert (circles[0].names, circles[2].names) == (["c"], ["a"])


def test_who_falls_silent_is_not_waited_for_any_longer(meet: Meet) -> None:
    first, *_ = meet()
    assert first.step("one", 0.1) == {}
    assert first.lost == [{"name": name, "step": "one", "code": "silent"} for name in ("b", "c")]


@pytest.fixture
def raw(peers: list[Peer], doors: list[Door]) -> Iterator[tuple[Circle, socket.socket]]:
    """The circle of the first, and the other end of its line to one who may say anything."""
    with socket.create_connection((peers[0].address, PORT)) as guest:
        guest.sendall(b'{"token": "token", "name": "b"}\n')
        circle = doors[0].meet([peers[1]], Deadline(20))
        yield circle, guest
        circle.close()


def test_who_says_what_nobody_understands_has_ended_the_step(raw: tuple[Circle, socket.socket]) -> None:
    circle, guest = raw
    guest.sendall(b"\xff{\n")
    assert (circle.step("one", 20), circle.lost) == ({"b": {}}, [])


def test_who_never_comes_to_an_end_is_gone(raw: tuple[Circle, socket.socket]) -> None:
    circle, guest = raw
    with ThreadPoolExecutor(1) as pool:
        flood = pool.submit(guest.sendall, b"x" * (1 << 22))
        assert circle.step("one", 20) == {}
        assert isinstance(flood.exception(), OSError)
    assert circle.lost == [{"name": "b", "step": "one", "code": "gone"}]


def test_a_port_that_is_taken_is_named(peers: list[Peer], doors: list[Door]) -> None:
    with pytest.raises(Fault, match=rf"^port {PORT} of {peers[0].address} cannot be served: ") as taken:
        Door(peers[0].address, PORT, "token", "a")
    assert taken.value.code == "port-taken"
