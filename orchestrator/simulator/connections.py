"""The listening socket on loopback and the connections that it takes, one thread each."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

Serve = Callable[[socket.socket], None]

_BACKLOG = 512


class Listener:
    """Accepts connections on 127.0.0.1 until `close`; `port` stays the same when it is opened again."""

    def __init__(self, serve: Serve) -> None:
        self.port = 0
        self._serve = serve
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening: socket.socket | None = None

    def open(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port), backlog=_BACKLOG)
        self.port = listening.getsockname()[1]
        self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), name="simulator-accept", daemon=True).start()

    def close(self) -> None:
        """Refuse new connections and reset those that are open."""
        listening, self._listening = self._listening, None
        if listening:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        with self._lock:
            for connection in self._open:
                reset(connection)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                self._serve(connection)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def reset(connection: socket.socket) -> None:
    """End a connection with a TCP reset, waking the thread that reads from it."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
