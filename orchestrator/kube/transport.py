"""Requests over the official client's connection pool: retried, logged in again when refused, errors ours."""

import random
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from orchestrator import __version__, errors
from orchestrator.kube import faults, paths
from orchestrator.kube.login import Login
from orchestrator.kube.streams import chunks_of, cut_at
from orchestrator.kube.unreachable import is_lasting, unreachable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPHeaderDict, PoolManager

ATTEMPTS = 6
CONNECT_TIMEOUT = 10.0
LONGEST_WAIT = 30
_FIRST_WAIT = 0.1
_RETRIED = frozenset({429, 500, 502, 503, 504})
JSON = "application/json"
_EXPIRY_MARGIN = timedelta(seconds=30)
_TOKEN_AGE = 5.0  # the official client renews tokens minutes before their end


@dataclass(frozen=True)
class Call:
    """One request; `path` is from the API's root, `read_timeout` in seconds (None: the transport's)."""

    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = JSON
    accept: str = JSON
    read_timeout: float | None = None

    @cached_property
    def resource(self) -> paths.ResourcePath:
        return paths.parse(self.path)

    @property
    def verb(self) -> str:
        return self.resource.verb(self.method, watched=self.params.get("watch") == "true")


class Authorization:
    """The header of a login's token, asked now and then of the official client, which may renew it."""

    def __init__(self, login: Login) -> None:
        self._configuration = login.configuration
        self._lock = threading.Lock()
        self._headers: dict[str, str] = {}
        self._until = 0.0

    def headers(self) -> dict[str, str]:
        """The header, if there is a token; each identity provider's library raises its own errors."""
        with self._lock:
            if time.monotonic() >= self._until:
                settings = self._configuration.auth_settings().values()
                self._headers = {setting["key"]: setting["value"].strip() for setting in settings}
                self._until = time.monotonic() + _TOKEN_AGE
            return self._headers


class Session(NamedTuple):
    """One login and the connections that were opened with it."""

    login: Login
    pool: "PoolManager"
    authorization: Authorization


class Failure(NamedTuple):
    """An attempt that failed; `wait` is the seconds that the server asked for, `final` rules out another."""

    error: errors.ApiError
    final: bool
    wait: float | None = None


class Transport:
    """Sends calls from any thread; ConnectError from its start when there is no way to log in."""

    def __init__(self, log_in: Callable[[], Login], *, timeout: float) -> None:
        self._log_in = log_in
        self._timeout = timeout
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.requests = 0
        self._session = _open(log_in())

    @property
    def login(self) -> Login:
        return self._session.login

    @property
    def server(self) -> str:
        return str(self.login.configuration.host)

    def close(self) -> None:
        """Close idle connections and end every wait for another attempt."""
        self._closed.set()
        self._session.pool.clear()

    def send(self, call: Call, *, attempts: int = ATTEMPTS) -> bytes:
        """The body of a successful answer; ApiError if none came in these attempts, or twice the timeout."""
        give_up = time.monotonic() + 2 * (call.read_timeout or self._timeout)
        attempt = 1
        while isinstance(outcome := self._try(call), Failure):
            wait = _backoff(attempt) if outcome.wait is None else outcome.wait
            late = time.monotonic() + wait > give_up
            if outcome.final or late or attempt >= attempts or self._closed.wait(wait):
                raise outcome.error
            attempt += 1
        return outcome

    def stream(self, call: Call, stop: threading.Event) -> Generator[bytes]:
        """The chunks of one answer as they come, in one attempt; `stop` ends it within half a second."""
        try:
            with closing(self._request(call, preload=False)) as response:
                if response.status >= 300:
                    raise faults.from_answer(call.verb, call.resource, response.status, response.data)
                with cut_at(stop, response):
                    yield from chunks_of(response)
        except _network_errors() as error:
            if not stop.is_set():
                raise unreachable(call.verb, call.resource, self.server, error) from error

    def _try(self, call: Call) -> bytes | Failure:
        try:
            response = self._request(call, preload=True)
        except _network_errors() as error:
            lost = unreachable(call.verb, call.resource, self.server, error)
            lost.__cause__ = error
            return Failure(lost, final=is_lasting(error))
        body = response.data
        if response.status >= 300:
            refused = faults.from_answer(call.verb, call.resource, response.status, body)
            return Failure(refused, response.status not in _RETRIED, _retry_after(response))
        if call.accept.startswith(JSON) and faults.is_page(body):
            return Failure(faults.of_page(call.verb, call.resource, response.status, body), final=True)
        return body

    def _request(self, call: Call, *, preload: bool) -> "BaseHTTPResponse":
        """One answer, whatever its status; refused credentials are read anew once."""
        session = self._session
        if session.login.expires and session.login.expires - _EXPIRY_MARGIN < datetime.now(UTC):
            session = self._renew(session, call)
        response = self._ask(session, call, preload=preload)
        if response.status == 401:
            response.drain_conn()
            response = self._ask(self._renew(session, call), call, preload=preload)
        return response

    def _ask(self, session: Session, call: Call, *, preload: bool) -> "BaseHTTPResponse":
        from urllib3 import Timeout

        with self._lock:
            self.requests += 1
        query = f"?{urlencode(call.params)}" if call.params else ""
        return session.pool.request(
            call.method,
            f"{session.login.configuration.host}{call.path}{query}",
            body=call.body,
            headers=self._headers(session, call, compressed=preload),
            timeout=Timeout(connect=CONNECT_TIMEOUT, read=call.read_timeout or self._timeout),
            retries=False,
            redirect=False,
            preload_content=preload,
        )

    def _headers(self, session: Session, call: Call, *, compressed: bool) -> "HTTPHeaderDict":
        from urllib3 import HTTPHeaderDict

        headers = HTTPHeaderDict(
            {
                "Accept": call.accept,
                "Accept-Encoding": "gzip" if compressed else "identity",
                "User-Agent": f"runai-preflight/{__version__}",
            }
        )
        if call.body is not None:
            headers["Content-Type"] = call.content_type
        for name, value in session.login.impersonation:
            headers.add(name, value.encode().decode("latin-1"))
        try:
            headers.update(session.authorization.headers())
        except Exception as error:
            raise self._ended(call, type(error).__name__) from error
        return headers

    def _renew(self, stale: Session, call: Call) -> Session:
        """The session after `stale`: made now, or by another thread meanwhile."""
        with self._lock:
            if self._session is stale:
                try:
                    self._session = _open(self._log_in())
                except errors.ConnectError as error:
                    raise self._ended(call, error.message, error.hint) from error
                stale.pool.clear()
            return self._session

    def _ended(self, call: Call, why: str, hint: str | None = None) -> errors.Unauthorized:
        message = f"The login to {self.server} ended and cannot be renewed: {why}"
        return errors.Unauthorized(
            message,
            verb=call.verb,
            resource=call.resource.noun,
            status=401,
            hint=hint or faults.LOGIN_HINT,
        )


def _open(login: Login) -> Session:
    from kubernetes.client.rest import RESTClientObject
    from urllib3.exceptions import HTTPError

    try:
        return Session(login, RESTClientObject(login.configuration).pool_manager, Authorization(login))
    except (HTTPError, ImportError) as error:  # its address may hold a password: do not show it
        raise errors.ConnectError(
            f"The proxy to the cluster cannot be used ({type(error).__name__}).",
            hint="Check proxy-url in the kubeconfig and HTTPS_PROXY; a SOCKS proxy needs PySocks.",
        ) from error


def _backoff(attempt: int) -> float:
    return _FIRST_WAIT * (1 << attempt) * random.uniform(0.75, 1.25)  # noqa: S311 — spreads threads, hides nothing


def _network_errors() -> tuple[type[Exception], ...]:
    """What no answer can be raised as; a ValueError is of an address or header that cannot be sent."""
    from urllib3.exceptions import HTTPError

    return HTTPError, OSError, ValueError


def _retry_after(response: "BaseHTTPResponse") -> float | None:
    """The seconds that the server asks to wait, at most `LONGEST_WAIT`."""
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    try:
        asked: float | None = Retry(retry_after_max=LONGEST_WAIT).get_retry_after(response)
    except InvalidHeader:
        return None
    return asked
