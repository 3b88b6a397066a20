"""The mesh as one pod observes it, against real servers that fail in every way, and among real processes."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import edges
import mesh
import meshtalk
import pathmtu
import pytest
import servicepath
from edges import Edge, summarize
from hypothesis import given
from hypothesis import strategies as st
from meshtalk import Pong
from party import Peer
from pathmtu import Path as PathSeen
from shared import Fault, Observation, encode

from tests.probes import servers
from tests.probes.conftest import PROBES, Ended, Json, Observe, clean_environment, read_frames
from tests.probes.meshes import PORT, TOKEN, address, answering, serving, tell, with_clock
from tests.probes.servers import Connection, Handler, TcpServer

Look = Callable[..., Observation]


@pytest.fixture
def look(observe: Observe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Observe the mesh as pod n0 of the run, which is told of these peers, and waits for nobody."""
    monkeypatch.setenv("RUNAI_PREFLIGHT_RUN", TOKEN)
    monkeypatch.setenv("RUNAI_PREFLIGHT_TARGET", "n0")
    monkeypatch.setattr(mesh, "PAUSE", 0.0)
    monkeypatch.setattr(meshtalk, "EXCHANGE_TIMEOUT", 1.0)
    monkeypatch.setattr(pathmtu, "PATIENCE", 0.05)

    def go(*peers: Peer, **parameters: Any) -> Observation:
        path = tell(tmp_path / "peers.json", {peer.name: peer.address for peer in peers})
        return observe(
            mesh.observe, {"bind": address(), "peersFile": path, "linger": 0.01, "timeout": 60, **parameters}
        )

    return go


@contextmanager
def odd(name: str, handler: Handler) -> Iterator[Peer]:
    """A peer at whose port something else is."""
    with TcpServer(handler, where=(address(), PORT)) as server:
        yield Peer(name, server.host)


@contextmanager
def black_hole(name: str) -> Iterator[Peer]:
    """A peer at whose port connections never complete."""
    host = address()
    with socket.create_server((host, PORT), backlog=0), ExitStack() as stack:
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((host, PORT))
        yield Peer(name, host)


def suspects(observation: Observation) -> dict[str, tuple[str, str | None, str | None]]:
    """The codes of the first and second look, and of other pods', by peer."""
    folded = observation.data["peers"]
    names = [f"{folded['head']}{own}{folded['tail']}" for own in folded["each"]]
    return {
        names[place]: (each["code"], each["again"], each["indirect"])
        for each in observation.data["suspects"]
        for place in each["peers"]
    }


def garbled(connection: Connection) -> None:
    connection.stream.recv(512)
    connection.stream.sendall(b"\xff\x00" * 400)


ODD: list[tuple[str, Handler]] = [
    ("silent", servers.mute),
    ("reset", servers.reset_after_first_bytes),
    ("reset", servers.close_after_first_bytes),
    ("not-ours", servers.saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    ("not-ours", garbled),
    ("not-ours", servers.saying(meshtalk.encode("another-run", "pong", "n1", "1.0"))),
    ("not-ours", answering(lambda _: ["pong", "n9", "1700000000.0"])),
    ("not-ours", answering(lambda _: ["pong", "n1", "nan"])),
    ("not-ours", answering(lambda _: ["pong", "n1", "late"])),
    ("not-ours", answering(lambda _: ["pong", "n1"])),
    ("not-ours", answering(lambda _: ["saw", "n1", "1.0"])),
]


@pytest.mark.parametrize(("code", "handler"), ODD)
def test_what_is_no_peer(look: Look, code: str, handler: Handler) -> None:
    with odd("n1", handler) as peer:
        seen = look(peer)
    assert suspects(seen) == {"n1": (code, code, None)}
    assert (seen.data["tried"], seen.data["reached"]) == (1, 0)
    assert (seen.data["ms"], seen.data["clock"], seen.data["mtu"]) == (None, None, None)


def test_what_nobody_reaches(look: Look) -> None:
    with serving("n1") as good, serving("n2") as fine, black_hole("n3") as hole:
        seen = look(Peer("n4", address()), good, hole, fine)
    assert suspects(seen) == {"n3": ("timeout",) * 3, "n4": ("refused",) * 3}
    assert (seen.data["tried"], seen.data["reached"]) == (4, 2)


def test_a_peer_of_another_run(look: Look) -> None:
    with serving("n1", token="another") as stranger:
        assert suspects(look(stranger)) == {"n1": ("reset", "reset", None)}


def test_an_address_that_is_none(look: Look) -> None:
    assert suspects(look(Peer("n1", "n1.example"))) == {"n1": ("bad-address", "bad-address", None)}


def test_a_network_that_is_none(look: Look) -> None:
    assert suspects(look(Peer("n1", "224.0.0.1"))) == {"n1": ("unreachable", "unreachable", None)}


def test_a_peer_that_others_reach(look: Look) -> None:
    """One that lets in only those that ask for us: the way from here to it is what is broken."""

    def only_others(connection: Connection) -> None:
        if connection.stream.getpeername()[0] == "127.0.0.1":
            connection.reset()
        else:
            with_clock("n3", 0)(connection)

    def lookout(words: list[str]) -> list[str]:
        return ["saw", "ok"] if words[:1] == ["reach"] else ["pong", "n2", "1.0"]

    with odd("n2", answering(lookout)) as helper, odd("n3", only_others) as shy:
        assert suspects(look(helper, shy)) == {"n3": ("reset", "reset", "ok")}


def test_a_helper_that_does_not_help_is_not_believed(look: Look) -> None:
    def useless(words: list[str]) -> list[str]:
        return ["what"] if words[:1] == ["reach"] else ["pong", "n2", "1.0"]

    with odd("n2", answering(useless)) as helper:
        assert suspects(look(helper, Peer("n3", address()))) == {"n3": ("refused", "refused", None)}


def test_a_peer_that_answers_the_second_time(look: Look) -> None:
    turns = iter([servers.reset_after_first_bytes, with_clock("n1", 0)])
    with odd("n1", lambda connection: next(turns)(connection)) as peer:
        seen = look(peer)
    assert suspects(seen) == {"n1": ("reset", "ok", None)}
    assert seen.data["reached"] == 1


def test_all_well(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pathmtu, "PATIENCE", 10.0)
    with serving("n1") as one, serving("n2") as two:
        seen = look(one, two, names=["localhost", "no.such.name.invalid"])
    data = seen.data
    assert (data["members"], data["missing"], data["tried"], data["reached"]) == (3, 0, 2, 2)
    assert data["peers"] == {"head": "n", "tail": "", "each": ["1", "2"]}
    assert data["suspects"] == []
    assert 0 < data["ms"]["min"] <= data["ms"]["median"] <= data["ms"]["max"]
    assert data["mtu"] == {"own": 65535, "tried": 2, "told": [], "lost": [], "mute": [], "uncut": []}
    assert abs(data["clock"]["aheadSeconds"]) <= data["clock"]["uncertaintySeconds"]
    assert [each["name"] for each in data["names"]] == ["localhost", "no.such.name.invalid"]
    assert [each["code"] == "answer" for each in data["names"]] == [True, False]
    assert (data["service"], data["complete"], seen.stage) == (None, False, "linger")


@pytest.mark.parametrize(
    ("clocks", "ahead"),
    [
        ([5.0], -5.0),
        ([-120.0], 120.0),
        ([0.0, 0.0, 7.0], 0.0),
        ([60.0, 60.0, 0.0], -60.0),
        ([4.0, 6.0], -5.0),
    ],
)
def test_the_clock_against_that_in_the_middle(look: Look, clocks: list[float], ahead: float) -> None:
    with ExitStack() as stack:
        peers = [
            stack.enter_context(odd(f"n{i}", with_clock(f"n{i}", clock))) for i, clock in enumerate(clocks, 1)
        ]
        clock = look(*peers).data["clock"]
    assert abs(clock["aheadSeconds"] - ahead) <= clock["uncertaintySeconds"] + 0.001
    furthest = max(clocks, key=abs)
    assert clock["furthestSeconds"] == pytest.approx(-furthest, abs=1)


def test_one_connection_to_each_peer_that_is_well(look: Look) -> None:
    asked: list[str] = []

    def count(connection: Connection) -> None:
        asked.append(connection.stream.getsockname()[0])
        with_clock("n1", 0)(connection)

    with odd("n1", count) as peer:
        look(peer)
    assert asked == [peer.address]


def test_alone(look: Look) -> None:
    data = look().data
    assert (data["members"], data["tried"], data["complete"]) == (1, 0, True)


def test_nobody_tells_of_the_others(look: Look, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="the driver did not tell who the others are"):
        look(peersFile=str(tmp_path / "nothing"), timeout=0.1)


def test_who_is_next_comes_first() -> None:
    peers = [Peer(name, "") for name in ("n4", "n1", "n3", "n0")]
    assert [peer.name for peer in mesh.from_oneself_on(peers, "n2")] == ["n3", "n4", "n0", "n1"]


def test_the_service(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback's own name stands for the Service: what is behind it starts late."""
    monkeypatch.setattr(servicepath, "PAUSE", 0.01)
    port = servers.free_port()
    seen = look(port=port, service="localhost", bind="127.0.0.1").data["service"]
    assert (seen["name"], seen["code"], seen["answeredBy"]) == ("localhost", "ok", "n0")


def test_a_service_without_pods_and_one_without_a_name(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servicepath, "PATIENCE", 0.05)
    monkeypatch.setattr(servicepath, "PAUSE", 0.02)
    dead = look(port=servers.free_port(), service="localhost").data["service"]
    assert (dead["stage"], dead["code"]) == ("connect", "refused")
    assert dead["tries"] > 1
    nameless = look(service="no.such.name.invalid").data["service"]
    assert nameless["stage"] == "resolve"


FLEET = [f"ip-10-0-{number}-{number * 3}.us-west-2.compute.internal" for number in range(1, 64)]


def broken(names: list[str]) -> list[Edge]:
    """Edges that fail in all ways that there are, as many looked at again as ever are."""
    codes = ("timeout", "refused", "unreachable", "silent", "reset", "not-ours")
    found = [Edge(Peer(name, "10.0.0.1")) for name in names]
    for number, edge in enumerate(found):
        edge.code = codes[number % len(codes)]
        if number < mesh.SECOND_LOOKS:
            edge.again, edge.indirect = codes[number % 5], codes[number % 4]
    return found


def test_64_peers_that_are_all_bad_take_little_room() -> None:
    data = {"members": 64, "missing": 0, **summarize(broken(FLEET)), "names": [], "service": None}
    assert len(encode(data)) < 3072
    assert sum(len(each["peers"]) for each in data["suspects"]) == 63


def test_names_that_have_nothing_in_common_are_left_out_where_they_take_too_much_room() -> None:
    data = summarize(broken([f"{number:02d}{'x' * 250}{number:02d}" for number in range(63)]))
    assert data["peers"] is None
    assert len(encode(data)) < 3072


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        ([], {"head": "", "tail": "", "each": []}),
        (["gpu-1"], {"head": "gpu-1", "tail": "", "each": [""]}),
        (["aa", "a"], {"head": "a", "tail": "", "each": ["a", ""]}),
        (["n1.x", "n12.x"], {"head": "n1", "tail": ".x", "each": ["", "2"]}),
    ],
)
def test_names_are_folded_and_can_be_unfolded(names: list[str], folded: Json) -> None:
    assert edges.fold_names(names) == folded
    assert [f"{folded['head']}{own}{folded['tail']}" for own in folded["each"]] == names


@given(st.lists(st.text(max_size=8), max_size=20))
def test_any_names_can_be_unfolded(names: list[str]) -> None:
    folded = edges.fold_names(names)
    assert folded is not None
    assert [f"{folded['head']}{own}{folded['tail']}" for own in folded["each"]] == names


def test_sizes_are_told_by_peer() -> None:
    found = [Edge(Peer(f"n{number}", "10.0.0.1")) for number in range(4)]
    whole, silent, told, mute = paths = [PathSeen(1500) for _ in found]
    whole.passed = [1400, 1420, 1450, 1480, 1500]
    silent.passed, silent.lost = [1400, 1420, 1450], [1480, 1500]
    told.passed, told.told = [1400], 1420
    mute.lost = [1400, 1500]
    for edge, path in zip(found, paths, strict=True):
        edge.code, edge.pong, edge.path = "ok", Pong(edge.peer.name, 1.0, 0.0, 0.0), path
    assert summarize(found)["mtu"] == {
        "own": 1500,
        "tried": 4,
        "told": [{"mtu": 1420, "peers": [2]}],
        "lost": [{"size": 1480, "passed": 1450, "peers": [1]}],
        "mute": [3],
        "uncut": [],
    }


class Member:
    """A pod of the mesh as a process, which is told of the others when a test says so."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        self.peer = peer
        self._told = folder / f"{peer.name}.json"
        own = {"RUNAI_PREFLIGHT_RUN": TOKEN, "RUNAI_PREFLIGHT_TARGET": peer.name}
        self._process = subprocess.Popen(
            [sys.executable, "-IS", str(PROBES / "mesh.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(folder / f"{peer.name}.log", **own),
        )
        parameters = {"bind": peer.address, "peersFile": str(self._told), "timeout": 60, "linger": 10.0}
        assert self._process.stdin
        assert self._process.stderr
        self._process.stdin.write(json.dumps(parameters))
        self._process.stdin.close()
        self.words = [self._process.stderr.readline() for _ in range(3)]

    def tell(self, members: list["Member"]) -> None:
        tell(self._told, {other.peer.name: other.peer.address for other in members if other is not self})

    def end(self) -> Json:
        """What it observed."""
        assert self._process.stdout
        (frame,) = read_frames(self._process.stdout.read())
        assert self._process.wait(60) == 0
        for stream in (self._process.stdout, self._process.stderr):
            assert stream
            stream.close()
        return frame


def test_a_party_of_real_processes(tmp_path: Path) -> None:
    members = [Member(Peer(f"n{number}", address()), tmp_path) for number in range(4)]
    assert members[0].words[2] == f"mesh: answers on port {PORT}, over TCP and UDP\n"
    for member in members:  # one after the other, as the kubelets bring the word
        member.tell(members)
    for frame in [member.end() for member in members]:
        data = frame["data"]
        assert (data["tried"], data["reached"], data["suspects"], data["complete"]) == (3, 3, [], True)
        assert frame["stage"] == "done"
        assert data["mtu"]["lost"] == data["mtu"]["mute"] == []


def test_a_port_that_is_taken(run_probe: Callable[..., Ended]) -> None:
    with socket.create_server((address(), PORT)) as taken:
        ended = run_probe("mesh", {"bind": taken.getsockname()[0]})
    assert ended.code == 1
    assert ended.frame["error"]["code"] == "port-taken"
