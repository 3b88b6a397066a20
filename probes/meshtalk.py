"""What the pods of a run say to each other over TCP: a line asked, a line answered, with the run's token."""

from __future__ import annotations

import math
import socket
import time

from shared import Fault
from tasks import Deadline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from party import Peer

GREETING = "runai-preflight-mesh/1"
LINE_LIMIT = 512  # bytes
EXCHANGE_TIMEOUT = 2.0  # seconds to connect, to ask and to hear the answer
RELAY_MARGIN = 1.0  # seconds more for an answer that another exchange has to bring


def encode(token: str, *words: str) -> bytes:
    """A line of the mesh."""
    return " ".join((GREETING, token, *words)).encode("ascii", "replace") + b"\n"


def decode(line: bytes, token: str) -> list[str] | None:
    """The words of a line; None for one of another run, or of no run of ours."""
    greeting, *rest = line.decode("ascii", "replace").split() or [""]
    return rest[1:] if greeting == GREETING and rest[:1] == [token] else None


def read_line(stream: socket.socket, deadline: Deadline) -> bytes:
    """What comes up to a newline or the limit; ConnectionError where cut off, socket.timeout where late."""
    line = b""
    while b"\n" not in line and len(line) < LINE_LIMIT:
        stream.settimeout(deadline.for_socket())
        piece = stream.recv(LINE_LIMIT - len(line))
        if not piece:
            raise ConnectionError("the connection was closed before a line had come")
        line += piece
    return line.partition(b"\n")[0]


def family_of(address: str) -> socket.AddressFamily:
    """The family of an IP address; Fault for anything else, so that no name is ever looked up."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.inet_pton(family, address)
    except OSError:
        raise Fault("bad-address", f"{address!r} is no IP address") from None
    return family


class Pong:
    """A peer that answered: milliseconds to connect to it, and how far this clock is ahead of its clock.

    In seconds at least `least` and at most `most`: the peer read its clock after it was asked and before it
    was heard.
    """

    def __init__(self, name: str, ms: float, least: float, most: float) -> None:
        self.name = name
        self.ms = ms
        self.least = least
        self.most = most


class Way:
    """How this pod talks to the others: to the port of the mesh, with the run's token."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token

    def ping(self, peer: Peer) -> Pong:
        """The peer itself; Fault with the code where something else answers there, or nothing."""
        pong = self.ping_address(peer.address)
        if pong.name != peer.name:
            raise Fault("not-ours", f"{pong.name} answers at the address of {peer.name}")
        return pong

    def ping_address(self, address: str) -> Pong:
        """Whoever of the run answers at this address; Fault with the code where nobody does."""
        deadline, started = Deadline(EXCHANGE_TIMEOUT), time.monotonic()
        with self._connect(address, deadline) as stream:
            ms = round((time.monotonic() - started) * 1000, 2)
            sent = time.time()
            words = self._exchange(stream, deadline, "ping")
            received = time.time()
        if len(words) != 3 or words[0] != "pong" or not math.isfinite(clock := _number(words[2])):
            raise Fault("not-ours", "the answer is none to what was asked")
        return Pong(words[1], ms, sent - clock, received - clock)

    def ask_to_reach(self, helper: Peer, address: str) -> str:
        """The code with which another pod of the run reaches this address; Fault where it cannot be asked."""
        deadline = Deadline(EXCHANGE_TIMEOUT + RELAY_MARGIN)
        with self._connect(helper.address, deadline) as stream:
            words = self._exchange(stream, deadline, "reach", address)
        if len(words) != 2 or words[0] != "saw":
            raise Fault("not-ours", "the answer is none to what was asked")
        return words[1]

    def _connect(self, address: str, deadline: Deadline) -> socket.socket:
        stream = socket.socket(family_of(address), socket.SOCK_STREAM)
        try:
            stream.settimeout(deadline.for_socket())
            stream.connect((address, self.port))
        except OSError as error:
            stream.close()
            raise Fault(_code(error), str(error)) from None
        return stream

    def _exchange(self, stream: socket.socket, deadline: Deadline, *words: str) -> list[str]:
        try:
            stream.sendall(encode(self.token, *words))
            answer = decode(read_line(stream, deadline), self.token)
        except socket.timeout:
            raise Fault("silent", "it was connected to, and did not answer") from None
        except OSError as error:
            raise Fault("reset", str(error)) from None
        if answer is None:
            raise Fault("not-ours", "what answers is not of this run")
        return answer


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan


def _code(error: OSError) -> str:
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "timeout"
    if isinstance(error, ConnectionResetError):
        return "reset"
    return "refused" if isinstance(error, ConnectionRefusedError) else "unreachable"
