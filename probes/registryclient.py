"""Asks a registry as its clients do: with a token for each host that wants one, wherever it sends us."""

from __future__ import annotations

import socket
import time

from attempt import HTTP_CODES
from body import Truncated, read_body
from challenge import challenge_of
from manifest import errors_in, parse_token, rate_limit
from reference import endpoint_at
from shared import Fault
from tasks import Deadline
from way import Way
from wire import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from challenge import Challenge
    from endpoint import Endpoint, Proxy
    from logins import Login
    from reference import Place
    from shared import Json
    from way import Trust
    from wire import Head

REQUEST_TIMEOUT = 10.0  # seconds for one request
SMALL = 65536  # bytes of an answer that is read only for its words
TOLD = ("address", "failures", "proxyStatus", "status", "bytes", "ms")  # of a way's detail, for each request
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
REFUSALS = {401: "unauthorized", 403: "forbidden", 404: "not-found", 429: "rate-limited"}


class Reply:
    """What came back from `endpoint`, and how many seconds it took from the request on."""

    def __init__(self, endpoint: Endpoint, head: Head, body: bytes, seconds: float) -> None:
        self.endpoint = endpoint
        self.head = head
        self.body = body
        self.seconds = seconds


class Line:
    """What every request of a probe goes out by."""

    def __init__(self, proxy: Proxy | None, trust: Trust, deadline: Deadline) -> None:
        self.deadline = deadline
        self._proxy = proxy
        self._trust = trust

    def way_to(self, endpoint: Endpoint) -> Way:
        """As clients go: by the proxy, unless it exempts the endpoint."""
        proxy = None if self._proxy and self._proxy.exempts(endpoint) else self._proxy
        return Way(endpoint, proxy, self._trust, Deadline(min(REQUEST_TIMEOUT, self.deadline.left())))


class Client:
    """Requests about one repository. `entry` and `detail` tell of the last one and of all of them.

    A token or password is kept by the host that it was asked for, so that no other host is ever sent it.
    """

    def __init__(self, place: Place, login: Login | None, line: Line, entry: Json, detail: Json) -> None:
        self._place = place
        self._login = login
        self._line = line
        self._entry = entry
        self._requests = detail.setdefault("requests", [])
        self._authorizations: dict[str, str] = {}

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, limit: int = SMALL) -> Reply:
        """The registry's answer, after its challenge; Fault for every status that is none of success."""
        step = self._entry["step"]
        start = endpoint_at(path, self._place.endpoint)
        reply = self._follow(method, start, headers or {}, limit)
        if reply.head.status == 401 and _origin(reply.endpoint) not in self._authorizations:
            self._authorize(reply)
            self._entry["step"] = step
            reply = self._follow(method, start, headers or {}, limit)
        if reply.head.status // 100 != 2:
            raise refusal(reply)
        return reply

    def ping(self) -> None:
        """Whether this is a registry: its API answers, or asks who we are."""
        reply = self._send("GET", self._place.endpoint, {}, SMALL)
        status = reply.head.status
        if status == 401:
            self._authorize(reply)
        elif status == 404:
            raise Fault("not-registry", f"{reply.endpoint.host} has no registry's API at /v2/")
        elif status // 100 != 2 and status not in REDIRECTS:
            raise refusal(reply)

    def _follow(self, method: str, endpoint: Endpoint, headers: dict[str, str], limit: int) -> Reply:
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._send(method, endpoint, headers, limit)
            location = reply.head.headers.get("location")
            if reply.head.status not in REDIRECTS or not location:
                return reply
            endpoint = endpoint_at(location, endpoint)
        raise Fault("redirect-loop", f"the answer to {MOST_REDIRECTS} redirects was another one")

    def _send(self, method: str, endpoint: Endpoint, headers: dict[str, str], limit: int) -> Reply:
        fields = {"Host": endpoint.authority, "Connection": "close", **headers}
        if authorization := self._authorizations.get(_origin(endpoint)):
            fields["Authorization"] = authorization
        way = self._line.way_to(endpoint)
        self._entry.update(host=str(endpoint), via="proxy" if way.proxy else "direct")
        self._entry.pop("status", None)
        note: Json = {"method": method, "host": str(endpoint), "path": endpoint.path.partition("?")[0]}
        self._requests.append({"step": self._entry["step"], **note})
        try:
            return way.reach(
                lambda stream: way.stage("http", lambda: self._exchange(way, stream, method, fields, limit))
            )
        finally:
            self._entry.update(way.entry)
            self._requests[-1].update((key, way.detail[key]) for key in TOLD if key in way.detail)

    def _exchange(
        self, way: Way, stream: socket.socket, method: str, fields: dict[str, str], limit: int
    ) -> Reply:
        started = time.monotonic()
        head = way.exchange(stream, f"{method} {way.endpoint.path}", fields, HTTP_CODES)
        way.entry["status"] = way.detail["status"] = head.status
        body = b"" if method == "HEAD" else _read(way, stream, head, limit)
        way.detail["bytes"] = len(body)
        way.entry.update(_limits(head))
        return Reply(way.endpoint, head, body, time.monotonic() - started)

    def _authorize(self, reply: Reply) -> None:
        """Meet the challenge of an answer, so that the next request to its host is allowed."""
        challenge = challenge_of(reply.head)
        if challenge is None:
            raise Fault("unauthorized", "the registry wants to know who asks, but not in a way that we know")
        origin = _origin(reply.endpoint)
        own = origin == _origin(self._place.endpoint)  # nobody else is told our password
        password = self._login.authorization if self._login and own else None
        self._entry["auth"] = challenge.scheme
        if challenge.scheme == "bearer":
            token = self._fetch_token(challenge, reply.endpoint, password)
            self._authorizations[origin] = f"Bearer {token}"
        elif password:
            self._authorizations[origin] = password
        else:
            raise refusal(reply)

    def _fetch_token(self, challenge: Challenge, asked_by: Endpoint, password: str | None) -> str:
        self._entry["step"] = "token"
        realm = self._token_service(challenge, asked_by)
        if password and realm.protocol == "http" and asked_by.protocol == "https":
            raise Fault("bad-challenge", "the registry wants the password to be sent unencrypted")
        reply = self._send("GET", realm, {"Authorization": password} if password else {}, SMALL)
        if reply.head.status // 100 != 2:
            raise refusal(reply)
        try:
            return parse_token(reply.body)
        except Malformed as error:
            raise Fault("bad-token", str(error)) from None

    def _token_service(self, challenge: Challenge, asked_by: Endpoint) -> Endpoint:
        from urllib.parse import urlencode

        query = {"scope": f"repository:{self._place.repository}:pull"}
        if challenge.parameters.get("service"):
            query["service"] = challenge.parameters["service"]
        realm = endpoint_at(challenge.parameters["realm"], asked_by)
        realm.path += ("&" if "?" in realm.path else "?") + urlencode(query)
        return realm


def _origin(endpoint: Endpoint) -> str:
    return f"{endpoint.protocol}://{endpoint}"


def _limits(head: Head) -> Json:
    """What a registry tells of its limits: `rateLimit`, and `retryAfter` where it sends us away."""
    told = {"rateLimit": rate_limit(head), "retryAfter": head.headers.get("retry-after", "")[:32]}
    return {key: value for key, value in told.items() if value}


def refusal(reply: Reply) -> Fault:
    """What a status other than success means, with the registry's own words."""
    status = reply.head.status
    if reply.head.headers.get("content-type", "").startswith("text/html") and status in REFUSALS:
        return Fault("not-registry", f"{reply.endpoint.host} answered {status} with a web page")
    words = errors_in(reply.body)
    told = f"{reply.endpoint.host} answered {status}" + (f" ({words})" if words else "")
    return Fault(REFUSALS.get(status, "registry-error"), told)


def _read(way: Way, stream: socket.socket, head: Head, limit: int) -> bytes:
    def receive(count: int) -> bytes:
        stream.settimeout(way.deadline.for_socket())
        return stream.recv(count)

    try:
        return read_body(head, receive, limit)
    except socket.timeout:
        raise Fault("http-timeout", "the answer began, but its end did not come in time") from None
    except Truncated as error:
        raise Fault("truncated", str(error)) from None
    except OSError as error:
        raise Fault("http-reset", str(error)) from None
    except Malformed as error:
        raise Fault("http-garbage", str(error)) from None
