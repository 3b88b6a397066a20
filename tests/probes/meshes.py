"""Members of a mesh on addresses of the loopback that no other test uses, and what they are told."""

import itertools
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from meshserver import Server
from meshtalk import Way, decode, encode
from party import Peer

from tests.probes.servers import Connection, Handler

PORT = 10347
TOKEN = "r1"
WAY = Way(PORT, TOKEN)
_HOSTS = itertools.count(1)
_NETWORK = f"127.{os.getpid() // 250 % 60 + 1}.{os.getpid() % 250}"  # this process's own


def address() -> str:
    """One that was not used before."""
    return f"{_NETWORK}.{next(_HOSTS)}"


def tell(path: Path, peers: dict[str, str]) -> str:
    """Write what the driver would tell of these peers, addresses by name; the path of it."""
    each = [{"name": name, "address": host} for name, host in peers.items()]
    path.write_text(json.dumps({"members": len(peers) + 1, "missing": [], "peers": each}))
    return str(path)


@contextmanager
def serving(name: str, token: str = TOKEN, port: int = PORT) -> Iterator[Peer]:
    """A member that answers, as every pod of the mesh does."""
    host = address()
    with Server(host, Way(port, token), name):
        yield Peer(name, host)


def answering(answer: Callable[[list[str]], list[str]]) -> Handler:
    """A server that speaks the words of the mesh, and says what the function gives."""

    def handle(connection: Connection) -> None:
        words = decode(connection.stream.recv(512).strip(), TOKEN)
        connection.stream.sendall(encode(TOKEN, *answer(words or [])))

    return handle


def with_clock(name: str, ahead: float) -> Handler:
    """A member whose clock is so many seconds ahead."""
    return answering(lambda _: ["pong", name, f"{time.time() + ahead:.6f}"])


def ask(peer: Peer, line: bytes) -> bytes:
    """What a member answers to a line over TCP; nothing when it closes instead."""
    with socket.create_connection((peer.address, PORT), 10) as stream:
        stream.sendall(line)
        return stream.recv(4096)
