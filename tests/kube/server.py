"""An HTTP server that gives scripted answers, for those that a real API server gives only on bad days."""

import gzip
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Reply = Callable[["Handler"], None]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, list[str]]
    body: Any
    certified: bool


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "ScriptedServer"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        headers = {name.lower(): self.headers.get_all(name, []) for name in self.headers}
        params = dict(parse_qsl(url.query))
        content = json.loads(body) if body else None
        certified = isinstance(self.connection, ssl.SSLSocket) and bool(self.connection.getpeercert())
        request = Request(self.command, url.path, params, headers, content, certified)
        self.server.next_reply(request)(self)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class ScriptedServer(ThreadingHTTPServer):
    """Gives the replies of its script in order, then the last one for ever."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server_port}"
        self.script: list[Reply] = []
        self.requests: list[Request] = []
        self.connections = 0
        self.ended = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def next_reply(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""

    def close(self) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()


def answer(body: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON body, or bytes as they are; `retry_after="1"` is the header Retry-After."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(status, raw, names)


def status(code: int, reason: str, message: str = "", **headers: str) -> Reply:
    """The API's Status object."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    return answer({**body, "reason": reason, "message": message or reason}, code, **headers)


def page(title: str, code: int = 200) -> Reply:
    """A web page."""
    html = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>no API here</body></html>"
    return answer(html.encode(), code, content_type="text/html")


def compressed(body: Any) -> Reply:
    return answer(gzip.compress(json.dumps(body).encode()), content_encoding="gzip")


def objects(*items: dict[str, Any], version: str = "1", more: str = "") -> Reply:
    """A page of a list; `more` is the token of the next one."""
    return answer({"metadata": {"resourceVersion": version, "continue": more}, "items": list(items)})


def reset(handler: Handler) -> None:
    """Break the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()
    handler.close_connection = True


def truncated(handler: Handler) -> None:
    """Promise more bytes than come."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"metadata": ')
    handler.close_connection = True


def stream(*lines: dict[str, Any] | bytes, hold: bool = False, cut: bool = False) -> Reply:
    """A watch: its events, then a clean end, silence until the server closes (`hold`), or a break (`cut`)."""

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for line in lines:
            raw = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))
        if hold:
            handler.server.ended.wait(30)
        if not cut:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = cut

    return reply


def unchunked(*lines: dict[str, Any]) -> Reply:
    """A watch as some proxies hand it on: its events without chunks, then silence until the server closes."""

    def reply(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        handler.server.ended.wait(30)

    return reply
