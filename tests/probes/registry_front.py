"""What stands before a registry: token services, stores that it sends clients to, and its own bad days."""

import base64
import contextlib
import http.client
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.probes import servers
from tests.probes.registries import Running
from tests.probes.servers import Connection, TcpServer

Headers = Mapping[str, str]
NO_HEADERS: Headers = MappingProxyType({})


class Request(NamedTuple):
    """What a client asked for, with header names in lower case."""

    method: str
    path: str
    headers: Headers


class Answer(NamedTuple):
    """What it is told."""

    status: int
    headers: Headers = NO_HEADERS
    body: bytes = b""

    def encode(self, *, with_body: bool) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {http.client.responses[self.status]}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if not any(name.lower() in ("content-length", "transfer-encoding") for name in self.headers):
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + (self.body if with_body else b"")


Respond = Callable[[Request], Answer]


class Front(TcpServer):
    """Answers each request as `respond` says, and remembers them all."""

    def __init__(self, respond: Respond, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._respond = respond
        super().__init__(servers.tls(context, self._handle) if context else self._handle)

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"

    def asked(self, part: str) -> list[Request]:
        """The requests whose path has this in it."""
        return [request for request in self.requests if part in request.path]

    def _handle(self, connection: Connection) -> None:
        line, *rest = connection.read_head().split("\r\n")
        method, path, _ = line.split(" ")
        fields = (field.partition(": ") for field in rest if field)
        request = Request(method, path, {name.lower(): value for name, _, value in fields})
        self.requests.append(request)
        connection.stream.sendall(self._respond(request).encode(with_body=method != "HEAD"))


def passing_on(registry: Running) -> Respond:
    """To a real registry and back, as a reverse proxy does."""

    def respond(request: Request) -> Answer:
        connection = http.client.HTTPConnection("localhost", registry.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(request.method, request.path, headers=dict(request.headers))
            reply = connection.getresponse()
            kept = {name: value for name, value in reply.getheaders() if name != "Date"}
            return Answer(reply.status, kept, reply.read())

    return respond


def with_token(respond: Respond, realm: Callable[[], str], token: str = "open-sesame") -> Respond:
    """Only for those who bring the token that is had at the realm."""

    def guarded(request: Request) -> Answer:
        if request.headers.get("authorization") == f"Bearer {token}":
            return respond(request)
        challenge = f'Bearer realm="{realm()}",service="registry.example",scope="ignored"'
        return Answer(401, {"WWW-Authenticate": challenge, "Content-Type": "application/json"}, b"{}")

    return guarded


def token_service(token: str = "open-sesame", login: str | None = None) -> Respond:
    """Hands out the token; with `login` (USER:PASSWORD) only to that one."""

    def respond(request: Request) -> Answer:
        wanted = login and "Basic " + base64.b64encode(login.encode()).decode()
        if wanted and request.headers.get("authorization") != wanted:
            words = {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect username or password"}]}
            return Answer(401, {"Content-Type": "application/json"}, json.dumps(words).encode())
        return Answer(200, {"Content-Type": "application/json"}, json.dumps({"token": token}).encode())

    return respond


def asked_of(request: Request) -> dict[str, Any]:
    """The query of a request."""
    return {name: value for name, (value,) in parse_qs(urlsplit(request.path).query).items()}


def blobs_elsewhere(respond: Respond, store: Callable[[], str]) -> Respond:
    """Sends clients that want a blob to another host, with a signature that is nobody's business."""

    def redirect(request: Request) -> Answer:
        if "/blobs/" in request.path:
            return Answer(307, {"Location": f"{store()}{request.path}?X-Signature=do-not-log"})
        return respond(request)

    return redirect


def blob_store(respond: Respond) -> Respond:
    """As object stores do: who brings a token of somebody else's is turned away."""

    def serve(request: Request) -> Answer:
        if "authorization" in request.headers:
            return Answer(400, {"Content-Type": "application/xml"}, b"<Error/>")
        return respond(request._replace(path=request.path.partition("?")[0]))

    return serve


@contextlib.contextmanager
def cut_off(answer: bytes) -> Iterator[TcpServer]:
    """Says just this to every request, and closes."""
    with TcpServer(servers.saying(answer)) as server:
        yield server
