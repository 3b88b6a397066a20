"""HTTP/1.1 over one connection: requests in, replies and watch streams out."""

import gzip
import json
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Protocol

from orchestrator.simulator.api import Reply
from orchestrator.simulator.connections import reset
from orchestrator.simulator.status import StatusError

log = logging.getLogger(__name__)

_GZIP_FROM = 128 * 1024  # bytes; what the API server itself compresses from


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are case-insensitive."""

    method: str
    target: str
    headers: Message
    body: bytes


class Application(Protocol):
    """What answers requests: a reply, a stream of chunks, or Broken when the connection is to fail."""

    def respond(self, request: Request, connection: socket.socket) -> "Reply | Stream": ...


@dataclass(frozen=True, slots=True)
class Stream:
    """A reply whose body grows; `cut` ends it without the last chunk, as a lost connection does."""

    chunks: Iterable[bytes]
    cut: bool = False


class Broken(Exception):
    """The connection is to be reset, after the first half of `reply` when there is one."""

    def __init__(self, reply: Reply | None = None) -> None:
        super().__init__("connection reset by a fault")
        self.reply = reply


class Handler(BaseHTTPRequestHandler):
    """Serves the requests of one connection, one after another."""

    protocol_version = "HTTP/1.1"
    timeout = None

    def __init__(self, connection: socket.socket, application: Application) -> None:
        self._application = application
        super().__init__(connection, ("127.0.0.1", 0), None)  # type: ignore[arg-type]

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, self.headers, self.rfile.read(length))
        try:
            answer = self._application.respond(request, self.connection)
        except StatusError as error:
            answer = _error_reply(error)
        except Broken as broken:
            self._break(broken.reply)
            return
        except Exception as error:
            log.exception("%s %s failed", request.method, request.target)
            answer = _error_reply(StatusError(500, f"Internal error occurred: {error!r}"))
        if isinstance(answer, Stream):
            self._send_stream(answer)
        else:
            self.wfile.write(self._message(answer))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class looks for these

    def _message(self, reply: Reply) -> bytes:
        body, headers = reply.body, [("Content-Type", reply.content_type), *reply.headers]
        if len(body) > _GZIP_FROM and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1)
            headers.append(("Content-Encoding", "gzip"))
        return _head(reply.code, [*headers, ("Content-Length", str(len(body)))]) + body

    def _send_stream(self, stream: Stream) -> None:
        headers = (("Content-Type", "application/json"), ("Transfer-Encoding", "chunked"))
        self.wfile.write(_head(200, headers))
        for chunk in stream.chunks:
            if chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if stream.cut:
            self._break(None)
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _break(self, reply: Reply | None) -> None:
        self.close_connection = True
        if reply:
            message = self._message(reply)
            self.wfile.write(message[: len(message) - len(reply.body) // 2 - 1])
        else:
            reset(self.connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Requests are recorded by the simulator, not printed."""


def _error_reply(error: StatusError) -> Reply:
    headers = () if error.retry_after is None else (("Retry-After", str(error.retry_after)),)
    return Reply(error.code, json.dumps(error.body).encode(), headers=headers)


def _head(code: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {code} {HTTPStatus(code).phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode()
