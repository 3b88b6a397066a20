"""Small real servers on ephemeral ports of the loopback, as odd as the tests need them."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from types import TracebackType
from typing import Self

Handler = Callable[["Connection"], None]
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


class Connection:
    """One accepted connection and the server's end, which a mute handler waits for."""

    def __init__(self, stream: socket.socket, closing: threading.Event) -> None:
        self.stream = stream
        self.closing = closing

    def read_head(self) -> str:
        """An HTTP request up to its empty line; EOFError when the client is gone before."""
        text = b""
        while b"\r\n\r\n" not in text:
            piece = self.stream.recv(4096)
            if not piece:
                raise EOFError
            text += piece
        return text.decode()

    def reset(self) -> None:
        """Close with a TCP reset, as filters do."""
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.stream.close()


class TcpServer:
    """Hands each connection to the handler in a thread of its own; stops at the end of the block."""

    def __init__(
        self,
        handler: Handler,
        family: socket.AddressFamily = socket.AF_INET,
        where: tuple[str, int] | None = None,
    ) -> None:
        self._handler = handler
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(where or (LOOPBACK[family], 0), family=family)
        self.host, self.port = self._listener.getsockname()[:2]

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                stream, _ = self._listener.accept()
                stream.settimeout(10)
                self._begin(lambda stream=stream: self._serve(stream))  # type: ignore[misc]

    def _serve(self, stream: socket.socket) -> None:
        with stream, contextlib.suppress(OSError, EOFError):  # the client may hang up whenever it likes
            self._handler(Connection(stream, self._closing))


def mute(connection: Connection) -> None:
    """Accepts, and never says anything."""
    connection.closing.wait(30)


def reset_after_first_bytes(connection: Connection) -> None:
    """Reads something, then resets: what an SNI filter does to a ClientHello."""
    connection.stream.recv(1)
    connection.reset()


def close_after_first_bytes(connection: Connection) -> None:
    """Reads something, then closes in good order."""
    connection.stream.recv(65536)


def saying(text: bytes) -> Handler:
    """Reads something, then says that."""

    def handle(connection: Connection) -> None:
        connection.stream.recv(65536)
        connection.stream.sendall(text)

    return handle


def http(status: str = "200 OK", skew: float = 0, **headers: str) -> Handler:
    """Answers every request of a connection with that status and a Date that is `skew` seconds off."""

    def handle(connection: Connection) -> None:
        connection.read_head()
        lines = [f"HTTP/1.1 {status}", f"Date: {formatdate(time.time() + skew, usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.stream.sendall(("\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n").encode())

    return handle


def tls(context: ssl.SSLContext, inner: Handler) -> Handler:
    """TLS around another handler."""

    def handle(connection: Connection) -> None:
        with context.wrap_socket(connection.stream, server_side=True) as secure:
            inner(Connection(secure, connection.closing))

    return handle


def proxy(inner: Handler, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> Handler:
    """Answers CONNECT, then plays the far side itself, as an intercepting proxy does."""

    def handle(connection: Connection) -> None:
        connection.read_head()
        connection.stream.sendall(answer)
        inner(connection)

    return handle


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port where connections never complete, for the queue of those waiting is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        yield address[1]
        for one in waiting:
            one.close()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
