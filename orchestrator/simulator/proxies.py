"""What stands behind the Services of the cluster, as the API server's proxy shows it."""

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestrator.simulator import status
from orchestrator.simulator.api import Reply
from orchestrator.simulator.resources import Object
from orchestrator.simulator.routes import Call
from orchestrator.simulator.store import Store

_TIMEOUT = 10
_DIRECT = build_opener(ProxyHandler({}))


class Proxy(BaseModel):
    """Who answers for a Service on one path: a server on this machine's loopback, or always this `json`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    service: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")
    path: str = Field(default="", pattern=r"^(/.*)?$")
    status: int = Field(default=200, ge=200, le=599)
    document: Any = Field(default=None, alias="json")
    url: str | None = Field(default=None, pattern=r"^http://(127\.0\.0\.1|localhost):\d+(/.*)?$")

    @model_validator(mode="after")
    def _one_source(self) -> "Proxy":
        if (self.url is None) == ("document" not in self.model_fields_set):
            raise ValueError("a proxy needs either `json` or `url`")
        return self

    def answers(self, service: str, path: str) -> bool:
        """A `url` answers for all below its path."""
        below = path == self.path or (self.url is not None and path.startswith(f"{self.path}/"))
        return service == self.service and below


class Proxies:
    """Answers GETs on `services/NAME:PORT/proxy/...` as the described Services would."""

    def __init__(self, proxies: list[Proxy], store: Store) -> None:
        self._proxies = proxies
        self._store = store

    def answer(self, call: Call) -> Reply:
        """404 without such a Service, 503 without such a port or anyone behind it."""
        if call.verb != "get":
            raise status.StatusError(405, "the simulation only proxies GET")
        name, port = _named(call.name)
        service = self._store.get(call.type, name, call.namespace).view
        if not _has_port(service, port):
            raise status.StatusError(503, f'no service port "{port}" found for service "{name}"')
        return self.get(f"{call.namespace}/{name}", call.name, call.proxied, call.parameters)

    def get(self, service: str, named: str, path: str, parameters: dict[str, str]) -> Reply:
        """What this Service says; `named` is what the request calls it."""
        found = next((proxy for proxy in self._proxies if proxy.answers(service, path)), None)
        if found is None:
            raise status.StatusError(503, f'no endpoints available for service "{named}"')
        if found.url is None:
            return Reply(found.status, json.dumps(found.document).encode())
        return _fetched(found.url + path.removeprefix(found.path), parameters)


def _named(text: str) -> tuple[str, str]:
    """`https:NAME:PORT`, `NAME:PORT` or `NAME` → (name, port)."""
    parts = text.split(":")
    name, port, *_ = [*(parts[1:] if len(parts) == 3 else parts), ""]
    return name, port


def _has_port(service: Object, port: str) -> bool:
    ports = service.get("spec", {}).get("ports", [])
    return not port or any(port in (each.get("name"), str(each.get("port"))) for each in ports)


def _fetched(url: str, parameters: dict[str, str]) -> Reply:
    request = Request(f"{url}?{urlencode(parameters)}" if parameters else url)  # noqa: S310 - Proxy says http
    try:
        with _DIRECT.open(request, timeout=_TIMEOUT) as response:
            return Reply(response.status, response.read(), response.headers.get_content_type())
    except HTTPError as error:
        return Reply(error.code, error.read(), error.headers.get_content_type())
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise status.StatusError(503, f"error trying to reach service: {reason}") from error
