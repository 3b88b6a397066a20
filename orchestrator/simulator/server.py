"""The simulated cluster as a whole: its API server, its controllers and how to reach it."""

import json
import socket
import threading
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from orchestrator.simulator import access, discovery, routes
from orchestrator.simulator.access import Access
from orchestrator.simulator.api import Api, Reply
from orchestrator.simulator.cluster import Cluster
from orchestrator.simulator.connections import Listener
from orchestrator.simulator.description import Description
from orchestrator.simulator.faults import Faults
from orchestrator.simulator.http import Broken, Handler, Request, Stream
from orchestrator.simulator.proxies import Proxies
from orchestrator.simulator.routes import Call
from orchestrator.simulator.store import Store
from orchestrator.simulator.watch import Watch

_RECENT = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request on a resource that the server has received."""

    verb: str
    resource: str
    namespace: str
    name: str
    target: str
    user_agent: str


class Requests(Counter[tuple[str, str]]):
    """Requests received by (verb, resource), as in `requests["list", "nodes"]`; the latest in `recent`."""

    def __init__(self) -> None:
        super().__init__()
        self.recent: deque[Seen] = deque(maxlen=_RECENT)
        self._lock = threading.Lock()

    def record(self, call: Call, target: str, user_agent: str) -> None:
        with self._lock:
            self[call.verb, call.type.plural] += 1
            self.recent.append(
                Seen(call.verb, call.type.plural, call.namespace, call.name, target, user_agent)
            )


class Simulator:
    """A simulated cluster behind a real HTTP server on 127.0.0.1; serves between `with` and the end of it.

    With `run_probes=False` no process is ever started: pods without a fate or a result keep running.
    `bookmark_every` is in seconds, `history` is how many changes of each type a watch can go back.
    """

    def __init__(
        self,
        description: Description,
        *,
        run_probes: bool = True,
        history: int = 10_000,
        bookmark_every: float = 60,
    ) -> None:
        self.faults = Faults(description.faults)
        self.requests = Requests()
        self.bookmark_every = bookmark_every
        self._access = Access(self.faults)
        self._cluster = Cluster(description, run_probes=run_probes, history=history)
        self._api = Api(self.store, self._cluster.read_log)
        self._proxies = Proxies(description.proxies, self.store)
        self._listener = Listener(lambda connection: _serve(connection, self))
        self._stopping = threading.Event()
        self._epoch = 0

    @property
    def store(self) -> Store:
        return self._cluster.store

    @property
    def token(self) -> str:
        """The bearer token that every request must carry."""
        return self._access.token

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.port}"

    def __enter__(self) -> Self:
        self._cluster.start()
        self._listener.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self.disconnect()
        self._cluster.stop()

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig for this cluster, readable by its owner only; returns `path`."""
        cluster = {"name": "simulated", "cluster": {"server": self.url}}
        user = {"name": access.USER, "user": {"token": self.token}}
        context = {"name": "simulated", "context": {"cluster": "simulated", "user": access.USER}}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [cluster],
            "users": [user],
            "contexts": [context],
            "current-context": "simulated",
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(document, indent=2), "utf-8")
        return path

    def restart(self, seconds: float = 0.5) -> None:
        """Drop every connection and refuse new ones for a while, as when the API server restarts."""
        self.disconnect()
        self._stopping.wait(seconds)
        self._listener.open()

    def respond(self, request: Request, connection: socket.socket) -> Reply | Stream:
        """Answer one HTTP request."""
        self._access.authenticate(request.headers.get("Authorization") or "")
        segments, parameters = routes.split(request.target)
        if segments[-1:] == ["selfsubjectaccessreviews"] and request.method == "POST":
            return _json(201, self._access.review(json.loads(request.body)))
        if request.method == "GET":
            self._fail_at(f"/{'/'.join(segments)}")
            answer = discovery.answer(segments, self._cluster.release, self.store.types)
            if isinstance(answer, str):
                return Reply(200, answer.encode(), "text/plain")
            if answer is not None:
                return _json(200, answer)
        content_type = (request.headers.get("Content-Type") or "application/json").partition(";")[0]
        call = routes.resolve(
            request.method,
            segments,
            parameters,
            self.store.types,
            content_type=content_type,
            body=request.body,
            accept=request.headers.get("Accept") or "",
        )
        self.requests.record(call, request.target, request.headers.get("User-Agent") or "")
        return self._answer(call)

    def _fail_at(self, path: str) -> None:
        """StatusError where a fault strikes this path, be it a resource's or not."""
        if fault := self.faults.hit_path(path):
            raise fault.error_at(path, access.USER)

    def _answer(self, call: Call) -> Reply | Stream:
        fault = self.faults.hit(call)
        if fault is None:
            return Stream(self._watch(call)) if call.verb == "watch" else self._reply(call)
        if fault.status is not None:
            raise fault.error(call, access.USER)
        if fault.kind == "reset":
            raise Broken
        if fault.kind == "drop-watch":
            return Stream(self._watch(call, cut_after=fault.delay), cut=True)
        if fault.kind == "slow":
            self._stopping.wait(fault.delay)
        if call.verb == "watch":
            return Stream(self._watch(call))
        reply = self._reply(call)
        if fault.kind == "truncate":
            raise Broken(reply)
        return reply

    def _reply(self, call: Call) -> Reply:
        proxied = call.resource == "services/proxy"
        return self._proxies.answer(call) if proxied else self._api.answer(call)

    def _watch(self, call: Call, *, cut_after: float | None = None) -> Watch:
        epoch = self._epoch
        return Watch(
            self.store,
            call,
            lambda: self._epoch == epoch,
            bookmark_every=self.bookmark_every,
            cut_after=cut_after,
        )

    def disconnect(self) -> None:
        """Stop listening, reset every connection and end every watch; `restart` listens again."""
        self._listener.close()
        with self.store.lock:
            self._epoch += 1
            for collection in self.store.collections():
                collection.changed.notify_all()


def _serve(connection: socket.socket, application: Simulator) -> None:
    Handler(connection, application)


def _json(code: int, document: object) -> Reply:
    return Reply(code, json.dumps(document).encode())
