"""Resolves names: through the C library, or with one question to one DNS server over UDP or TCP."""

from __future__ import annotations

import os
import socket
import time
from functools import partial

from shared import Fault
from tasks import Deadline, within
from wire import A, Answer, Malformed, encode_query, parse_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from shared import Json

QUERY_TIMEOUT = 3.0  # seconds a question may take, resends included
RESEND = 1.0  # seconds before a question is asked again: UDP loses packets
LOOKUP_ERRORS = {
    socket.EAI_NONAME: "nxdomain",
    getattr(socket, "EAI_NODATA", -5): "nodata",  # old musl does not name it
    socket.EAI_AGAIN: "servfail-or-timeout",
    socket.EAI_FAIL: "servfail",
}
UNHEARD = ("timeout", "malformed")


class Address:
    """Where a name leads: host as text, and what a socket of that family connects to."""

    def __init__(self, family: socket.AddressFamily, target: tuple[Any, ...]) -> None:
        self.family = family
        self.target = target
        self.host = str(target[0])


def look_up(name: str, port: int, seconds: float) -> list[Address]:
    """The name through the C library, as programs resolve it; Fault with the reason where it has none."""
    try:
        found = within(seconds, lambda: socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
    except TimeoutError:  # the C library has no limit of its own
        raise Fault("timeout", f"{name} was not resolved in {seconds:.1f} s") from None
    except socket.gaierror as error:
        code = LOOKUP_ERRORS.get(error.errno or 0, "servfail")
        raise Fault(code, f"{name} could not be resolved: {error.strerror}") from None
    except UnicodeError:
        raise Fault("bad-parameters", f"{name!r} is not a host name") from None
    return [Address(family, target) for family, _, _, _, target in found]


class Server:
    """A DNS server: an address and a port."""

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port

    def connect(self, kind: socket.SocketKind, deadline: Deadline) -> socket.socket:
        """A socket that hears this server only."""
        connection = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET, kind)
        try:
            connection.settimeout(deadline.for_socket())
            connection.connect((self.address, self.port))
        except OSError:
            connection.close()
            raise
        return connection


def ask_udp(server: Server, name: str, kind: int = A) -> Answer:
    """One question over UDP; what does not answer it is ignored until the time is up."""
    deadline = Deadline(QUERY_TIMEOUT)
    ident = int.from_bytes(os.urandom(2), "big")
    query = encode_query(name, kind, ident)
    parse = partial(parse_answer, name=name, kind=kind, ident=ident)
    with server.connect(socket.SOCK_DGRAM, deadline) as connection:
        while True:
            connection.send(query)
            answer = _listen(connection, min(RESEND, deadline.left()), parse)
            if answer.code not in UNHEARD or not deadline.left():
                return answer


def _listen(connection: socket.socket, seconds: float, parse: Callable[[bytes], Answer | None]) -> Answer:
    deadline = Deadline(seconds)
    code = "timeout"
    while deadline.left():
        connection.settimeout(deadline.for_socket())
        try:
            answer = parse(connection.recv(65535))
        except socket.timeout:
            break
        except Malformed:
            code = "malformed"
            continue
        if answer:
            return answer
    return Answer(code, [], truncated=False)


def ask_tcp(server: Server, name: str, kind: int = A) -> Answer:
    """One question over TCP."""
    deadline = Deadline(QUERY_TIMEOUT)
    ident = int.from_bytes(os.urandom(2), "big")
    query = encode_query(name, kind, ident)
    with server.connect(socket.SOCK_STREAM, deadline) as connection:
        connection.sendall(len(query).to_bytes(2, "big") + query)
        length = int.from_bytes(_receive(connection, 2, deadline), "big")
        answer = parse_answer(_receive(connection, length, deadline), name, kind, ident)
    return answer or Answer("malformed", [], truncated=False)


def _receive(connection: socket.socket, count: int, deadline: Deadline) -> bytes:
    data = b""
    while len(data) < count:
        connection.settimeout(deadline.for_socket())
        piece = connection.recv(count - len(data))
        if not piece and not data:
            raise ConnectionError("the server closed the connection")
        if not piece:
            raise Malformed("the connection was closed before the whole answer had come")
        data += piece
    return data


def timed(ask: Callable[[], Answer]) -> Json:
    """The question's outcome: code, milliseconds, addresses."""
    started = time.monotonic()
    try:
        answer = ask()
    except socket.timeout:
        answer = Answer("timeout", [], truncated=False)
    except Malformed:
        answer = Answer("malformed", [], truncated=False)
    except OSError:
        answer = Answer("unreachable", [], truncated=False)
    except ValueError as error:
        raise Fault("bad-parameters", str(error)) from None
    code = "truncated" if answer.truncated else answer.code
    return {"code": code, "ms": milliseconds(started), "addresses": answer.addresses}


def ask(server: Server, name: str, kind: int = A) -> Json:
    """UDP, then TCP where UDP had to cut the answer, as every resolver does; `tcp` tells."""
    outcome = timed(lambda: ask_udp(server, name, kind))
    if outcome["code"] != "truncated":
        return outcome
    retried = timed(lambda: ask_tcp(server, name, kind))
    return {**retried, "ms": round(outcome["ms"] + retried["ms"], 1), "tcp": True}


def milliseconds(started: float) -> float:
    """Since that moment of the monotonic clock."""
    return round((time.monotonic() - started) * 1000, 1)
