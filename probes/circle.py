"""A few pods go step by step: none begins a step before all that are still there ended the one before."""

from __future__ import annotations

import contextlib
import json
import socket
import time

from shared import Fault
from tasks import Deadline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from party import Peer
    from shared import Json

PAUSE = 0.1  # seconds before the next try where nobody listens yet
HELLO = 2.0  # seconds for a stranger to say who it is
LONGEST = 65536  # bytes of a message
PIECE = 4096
GONE, SILENT = "gone", "silent"


class Line:
    """A connection over which JSON goes, a line each."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._rest = b""

    def send(self, message: Json) -> None:
        """OSError where the other one has gone."""
        self._stream.settimeout(HELLO)
        self._stream.sendall(json.dumps(message).encode("ascii") + b"\n")

    def receive(self, deadline: Deadline) -> Json:
        """The next message; socket.timeout where none comes, another OSError where none ever will."""
        while b"\n" not in self._rest:
            self._stream.settimeout(deadline.for_socket())
            piece = self._stream.recv(PIECE)
            if not piece or len(self._rest) > LONGEST:
                raise ConnectionResetError
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return _mapping(line)

    def close(self) -> None:
        self._stream.close()


class Circle:
    """The others by name, each on a line of its own; `lost` tells who dropped out, in which step and how."""

    def __init__(self, lines: dict[str, Line]) -> None:
        self._lines = lines
        self.lost: list[Json] = []

    @property
    def names(self) -> list[str]:
        """Those of the others that are still there."""
        return sorted(self._lines)

    def step(self, name: str, patience: float, **said: object) -> dict[str, Json]:
        """This step is over here: what those say for whom it is over too, in so many seconds at most."""
        for line in self._lines.values():
            with contextlib.suppress(OSError):  # it is heard below that there is nobody any more
                line.send({"step": name, **said})
        deadline = Deadline(patience)
        heard = {other: self._hear(other, name, deadline) for other in self.names}
        return {other: said for other, said in heard.items() if said is not None}

    def _hear(self, other: str, name: str, deadline: Deadline) -> Json | None:
        try:
            return self._lines[other].receive(deadline)
        except socket.timeout:  # TimeoutError only from Python 3.10 on
            code = SILENT
        except OSError:
            code = GONE
        self._lines.pop(other).close()
        self.lost.append({"name": other, "step": name, "code": code})
        return None

    def close(self) -> None:
        """Drop out: the others see it at once."""
        for line in self._lines.values():
            line.close()


class Door:
    """Where the others come in, from the beginning of the block to its end; `token` keeps strangers out."""

    def __init__(self, host: str, port: int, token: str, name: str) -> None:
        self._hello = {"token": token, "name": name}
        self._port = port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._listener = socket.create_server((host, port), family=family)
        except OSError as error:
            raise Fault(
                "port-taken", f"port {port} of {host or 'all addresses'} cannot be served: {error}"
            ) from None

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def meet(self, peers: list[Peer], deadline: Deadline) -> Circle:
        """A line to each: to those called before, and from those called after; Fault where one is missing."""
        mine = self._hello["name"]
        lines = {peer.name: self._go_to(peer, deadline) for peer in peers if peer.name < mine}
        awaited = {peer.name for peer in peers if peer.name > mine}
        while awaited:
            name, line = self._let_in(awaited, deadline)
            awaited.discard(name)
            lines[name] = line
        return Circle(lines)

    def _go_to(self, peer: Peer, deadline: Deadline) -> Line:
        why: object = "it does not answer"
        while deadline.left():
            try:
                stream = socket.create_connection((peer.address, self._port), deadline.for_socket())
                if line := self._welcome(stream, {peer.name}):
                    return line[1]
            except OSError as error:
                why = error
            time.sleep(min(PAUSE, deadline.left()))
        raise Fault("not-met", f"{peer.name} at {peer.address}, port {self._port}, was not met: {why}")

    def _let_in(self, awaited: set[str], deadline: Deadline) -> tuple[str, Line]:
        while deadline.left():
            self._listener.settimeout(deadline.for_socket())
            try:
                stream, _ = self._listener.accept()
            except OSError:
                continue
            if guest := self._welcome(stream, awaited):
                return guest
        raise Fault("not-met", f"{', '.join(sorted(awaited))} did not come to port {self._port}")

    def _welcome(self, stream: socket.socket, awaited: set[str]) -> tuple[str, Line] | None:
        """Both say who they are; None for one who is not awaited."""
        line = Line(stream)
        try:
            line.send(self._hello)
            said = line.receive(Deadline(HELLO))
        except OSError:
            said = {}
        name = said.get("name")
        if said.get("token") == self._hello["token"] and name in awaited:
            return str(name), line
        line.close()
        return None


def _mapping(line: bytes) -> Json:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}
