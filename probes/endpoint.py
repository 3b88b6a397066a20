"""What an egress attempt goes to and through: endpoints, the proxy, and who is exempt from it."""

from __future__ import annotations

import os
from base64 import b64encode

from shared import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

PORTS = {"https": 443, "http": 80, "tcp": 443}


class Endpoint:
    """A host and port to reach, by protocol https, http or tcp, and the path to ask for."""

    def __init__(self, host: str, port: int, protocol: str, path: str) -> None:
        self.host = host
        self.port = port
        self.protocol = protocol
        self.path = path

    @classmethod
    def parse(cls, given: Json) -> Endpoint:
        """An endpoint as the parameters give it; Fault where it cannot be understood."""
        protocol = given.get("protocol", "https")
        host, path = str(given.get("host") or ""), str(given.get("path") or "/")
        port = given.get("port", PORTS.get(protocol))
        plain = _is_plain(host) and not host.startswith(".") and _is_plain(path)
        if protocol not in PORTS or not isinstance(port, int) or not plain:
            raise Fault(
                "bad-parameters", "an endpoint needs host, port, path and protocol https, http or tcp"
            )
        return cls(host, port, protocol, path)

    @property
    def label(self) -> str:
        """All of it in few bytes, since two endpoints may differ in any part: `tcp://gcr.io:443`."""
        protocol = "" if self.protocol == "https" else f"{self.protocol}://"
        return f"{protocol}{self}{'' if self.path == '/' else self.path}"

    @property
    def authority(self) -> str:
        """What the Host header says: the port only where it is not the protocol's own."""
        usual = PORTS[self.protocol] == self.port
        return str(self).rpartition(":")[0] if usual else str(self)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Proxy:
    """An HTTP proxy. Its credentials are sent to it and appear nowhere else."""

    def __init__(self, host: str, port: int, authorization: str | None, no_proxy: str) -> None:
        self.host = host
        self.port = port
        self.authorization = authorization
        self._exempt = [entry.strip().lower() for entry in no_proxy.split(",") if entry.strip()]

    @classmethod
    def parse(cls, url: str, no_proxy: str) -> Proxy:
        """A proxy of the form http://[user:password@]host:port; Fault, which never quotes it, for others."""
        from urllib.parse import unquote, urlsplit

        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            host, port = parts.hostname, parts.port or 80
        except ValueError:
            host, port = None, 0
        if not host or parts.scheme != "http":
            raise Fault("bad-parameters", "the proxy must be of the form http://host:port")
        authorization = None
        if parts.username is not None:
            credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = "Basic " + b64encode(credentials.encode()).decode("ascii")
        return cls(host, port, authorization, no_proxy)

    @classmethod
    def find(cls, given: Json) -> tuple[Proxy | None, str | None]:
        """The proxy of the parameters, else of the environment, and which of them named it."""
        if given.get("https"):
            return cls.parse(str(given["https"]), str(given.get("no_proxy") or "")), "parameters"
        no_proxy = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        for name in ("https_proxy", "HTTPS_PROXY"):
            if os.environ.get(name):
                return cls.parse(os.environ[name], no_proxy), name
        return None, None

    def exempts(self, endpoint: Endpoint) -> bool:
        """Whether NO_PROXY names the endpoint: by host, domain, address, network or `*`."""
        return any(_names(entry, endpoint) for entry in self._exempt)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and text.split() == [text]


def _names(entry: str, endpoint: Endpoint) -> bool:
    host = endpoint.host.lower().rstrip(".")
    if entry == "*":
        return True
    if "/" in entry:
        return _in_network(host, entry)
    name, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (":" not in name or name.startswith("[")):
        if int(port) != endpoint.port:
            return False
        entry = name
    entry = entry.strip("[]")
    suffix = entry[1:] if entry.startswith("*.") else entry  # `.example.com` is its subdomains only
    return host == entry or host.endswith(suffix if suffix.startswith(".") else f".{suffix}")


def _in_network(host: str, network: str) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False
