"""What answers in every pod of the mesh, over TCP and UDP, to its own run only, as long as others may ask."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
import time

from meshtalk import EXCHANGE_TIMEOUT, Way, decode, encode, read_line
from shared import Fault
from tasks import Deadline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

CONNECTIONS = 128  # served at once; as many more wait
RELAYS = 16  # at once
GUESTS = 1000  # of whom is noted that they are done
DATAGRAM = 65535  # bytes
BREATH = 0.05  # seconds before the next guest where one could not be let in
SETTLE = 0.5  # seconds of silence once all guests have said that they are done


class Server:
    """Serves from the beginning of the block to its end; `name` is who it says that it is.

    TCP: `ping` is answered with `pong NAME CLOCK`, and `reach ADDRESS` with `saw CODE`, as this pod finds the
    port of the mesh at that address: it connects to no other port and says nothing there but a ping.
    UDP: `size N` is answered with `got N` when so many bytes came, and `done NAME` with `bye`, never with
    more bytes than have asked.
    """

    def __init__(self, host: str, way: Way, name: str) -> None:
        self._way = way
        self._name = name
        self._tcp = _bind(socket.SOCK_STREAM, host, way.port)
        self._udp = _bind(socket.SOCK_DGRAM, host, way.port)
        self._tcp.listen(CONNECTIONS)
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        self._relays = threading.BoundedSemaphore(RELAYS)
        self._heard = threading.Condition()
        self._last = time.monotonic()
        self._done: set[str] = set()
        self._closed = False

    def __enter__(self) -> Server:
        for loop in (self._accept, self._echo):
            threading.Thread(target=loop, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._closed = True
        for one in (self._tcp, self._udp):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in it, over UDP too
            one.close()

    def linger(self, guests: int, quiet: float, deadline: Deadline) -> bool:
        """Serve until so many have said that they are done, or nobody has asked for `quiet` seconds.

        True when all have said it.
        """
        with self._heard:
            while True:
                complete = len(self._done) >= guests
                rest = self._last + (SETTLE if complete else quiet) - time.monotonic()
                if rest <= 0 or not deadline.left():
                    return complete
                self._heard.wait(min(rest, deadline.left()))

    def _accept(self) -> None:
        while True:
            self._room.acquire()
            try:
                stream, _ = self._tcp.accept()
            except OSError:
                if self._closed:
                    return
                time.sleep(BREATH)  # the guest has gone again, or too many files are open
                self._room.release()
                continue
            threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream: socket.socket) -> None:
        try:
            with stream, contextlib.suppress(OSError):  # the guest may hang up whenever it likes
                words = decode(read_line(stream, Deadline(EXCHANGE_TIMEOUT)), self._way.token)
                answer = self._answer(words or [])
                if answer:
                    stream.sendall(encode(self._way.token, *answer))
        finally:
            self._room.release()

    def _answer(self, words: list[str]) -> list[str]:
        """Nothing for what is not asked as it should be, or by somebody else."""
        if words[:1] == ["ping"]:
            self._note()
            return ["pong", self._name, f"{time.time():.6f}"]
        if len(words) == 2 and words[0] == "reach":
            self._note()
            return ["saw", self._reach(words[1])]
        return []

    def _reach(self, address: str) -> str:
        if not self._relays.acquire(blocking=False):
            return "busy"
        try:
            self._way.ping_address(address)
        except Fault as fault:
            return fault.code
        finally:
            self._relays.release()
        return "ok"

    def _echo(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                datagram, guest = self._udp.recvfrom(DATAGRAM)
                if not datagram and not guest:
                    return  # shut down
                answer = self._answer_datagram(datagram)
                if answer:
                    with contextlib.suppress(OSError):
                        self._udp.sendto(encode(self._way.token, *answer), guest)

    def _answer_datagram(self, datagram: bytes) -> list[str]:
        words = decode(datagram.partition(b"\n")[0], self._way.token) or []
        if words == ["size", str(len(datagram))]:
            self._note()
            return ["got", words[1]]
        if len(words) == 2 and words[0] == "done":
            self._note(words[1])
            return ["bye"]
        return []

    def _note(self, done: str = "") -> None:
        with self._heard:
            self._last = time.monotonic()
            if done and len(self._done) < GUESTS:
                self._done.add(done)
            self._heard.notify_all()


def _bind(kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    """A socket on this host, or on all addresses of both families; Fault where the port is not to be had."""
    wildcards = [(socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")]  # noqa: S104 - a pod's own namespace
    choices = [(socket.AF_INET6 if ":" in host else socket.AF_INET, host)] if host else wildcards
    failure: OSError | None = None
    for family, address in choices:
        try:
            return _bound(family, kind, (address, port))
        except OSError as error:
            failure = error
            if error.errno == errno.EADDRINUSE:
                break
    raise Fault("port-taken", f"port {port} cannot be served: {failure}")


def _bound(family: socket.AddressFamily, kind: socket.SocketKind, where: tuple[str, int]) -> socket.socket:
    one = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if where[0] == "::":
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        one.bind(where)
    except OSError:
        one.close()
        raise
    return one
