"""One attempt to reach one endpoint by one way: resolve, tcp, proxy, tls, http, until one of them fails."""

from __future__ import annotations

import time

from shared import Fault
from way import Way
from wire import Malformed, parse_date

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket

    from endpoint import Endpoint, Proxy
    from shared import Json
    from tasks import Deadline
    from way import Trust
    from wire import Head

HTTP_CODES = {"timeout": "http-timeout", "reset": "http-reset", "garbage": "http-garbage"}


class Attempt(Way):
    """`entry` is what checks need, `detail` all that was met; both hold at any moment."""

    def __init__(self, endpoint: Endpoint, proxy: Proxy | None, trust: Trust, deadline: Deadline) -> None:
        super().__init__(endpoint, proxy, trust, deadline)
        way = {"endpoint": endpoint.label, "via": "proxy" if proxy else "direct"}
        self.entry: Json = {**way, **self.entry, "code": "unfinished"}
        self.detail: Json = {**way, **self.detail}
        if proxy and proxy.exempts(endpoint):
            self.entry["exempt"] = True

    def run(self) -> None:
        """Go through the stages until one fails or the deadline comes."""
        try:
            self.reach(self._use)
            self.entry["code"] = "ok"
        except Fault as fault:
            self.entry["code"] = fault.code
            self.detail["message"] = str(fault)

    def _use(self, stream: socket.socket) -> None:
        if self.endpoint.protocol != "tcp":
            self.stage("http", lambda: self._request(stream))

    def _request(self, stream: socket.socket) -> None:
        headers = {"Host": self.endpoint.authority, "Connection": "close"}
        head = self.exchange(stream, f"GET {self.endpoint.path}", headers, HTTP_CODES)
        self.entry["status"] = head.status
        self._note_head(head)

    def _note_head(self, head: Head) -> None:
        location = head.headers.get("location")
        if location:
            self.detail["redirectsTo"] = _host(location) or self.endpoint.host
        try:
            date = parse_date(head.headers.get("date", ""))
        except Malformed:
            return
        self.detail["skewSeconds"] = round(time.time() - date - 0.5, 1)  # the header counts whole seconds


def _host(url: str) -> str | None:
    from urllib.parse import urlsplit

    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
