"""The cluster's DNS, run in a pod: answers for Services from the API, else asks the node's resolver."""

import json
import os
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from dnslib import QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import DNSHandler, DNSServer

PORT = 5353
ZONE = "cluster.local"
TTL = 5  # seconds, also of what is remembered here
UPSTREAM_TIMEOUT = 2.0  # seconds
CREDENTIALS = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_SERVICE = re.compile(rf"^(?P<name>[^.]+)\.(?P<namespace>[^.]+)\.svc\.{re.escape(ZONE)}$")


class ServiceDirectory:
    """The addresses of Services as the API tells them, remembered for TTL seconds."""

    def __init__(self) -> None:
        self._api = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
        self._tls = ssl.create_default_context(cafile=str(CREDENTIALS / "ca.crt"))
        self._known: dict[tuple[str, str], tuple[float, list[str] | None]] = {}

    def addresses(self, namespace: str, name: str) -> list[str] | None:
        """Return the IPv4 addresses of a Service, None when there is no such Service."""
        expires, answer = self._known.get((namespace, name), (0.0, None))
        if time.monotonic() >= expires:
            answer = self._look_up(namespace, name)
            self._known[namespace, name] = (time.monotonic() + TTL, answer)
        return answer

    def _look_up(self, namespace: str, name: str) -> list[str] | None:
        service = self._get(f"/api/v1/namespaces/{namespace}/services/{name}")
        if service is None:
            return None
        if service["spec"].get("clusterIP") not in (None, "None"):
            return [service["spec"]["clusterIP"]]
        endpoints = self._get(f"/api/v1/namespaces/{namespace}/endpoints/{name}") or {}
        subsets = endpoints.get("subsets") or []
        return [address["ip"] for subset in subsets for address in subset.get("addresses") or []]

    def _get(self, path: str) -> dict[str, Any] | None:
        token = (CREDENTIALS / "token").read_text()
        request = urllib.request.Request(self._api + path, headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, context=self._tls, timeout=UPSTREAM_TIMEOUT) as response:
                document: dict[str, Any] = json.load(response)
                return document
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise


class Resolver:
    """Resolves names of the cluster's zone by itself, all others by the node's own name server."""

    def __init__(self, directory: ServiceDirectory, upstream: str | None) -> None:
        self._directory = directory
        self._upstream = upstream

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        """Answer one question; what cannot be asked now is answered by SERVFAIL."""
        name = str(request.q.qname).rstrip(".").lower()
        try:
            if name == ZONE or name.endswith(f".{ZONE}"):
                return self._answer(request, name)
            return self._forward(request)
        except OSError:
            return _failure(request, RCODE.SERVFAIL)

    def _answer(self, request: DNSRecord, name: str) -> DNSRecord:
        service = _SERVICE.match(name)
        addresses = self._directory.addresses(service["namespace"], service["name"]) if service else None
        if addresses is None:
            return _failure(request, RCODE.NXDOMAIN)
        reply = request.reply()
        if request.q.qtype in (QTYPE.A, QTYPE.ANY):
            for address in addresses:
                reply.add_answer(RR(request.q.qname, QTYPE.A, rdata=A(address), ttl=TTL))
        return reply

    def _forward(self, request: DNSRecord) -> DNSRecord:
        if self._upstream is None:
            return _failure(request, RCODE.SERVFAIL)
        return DNSRecord.parse(request.send(self._upstream, 53, timeout=UPSTREAM_TIMEOUT))


def _failure(request: DNSRecord, code: int) -> DNSRecord:
    reply = request.reply()
    reply.header.rcode = code
    return reply


def _node_resolver() -> str | None:
    servers = re.findall(r"(?m)^nameserver\s+(\S+)", Path("/etc/resolv.conf").read_text())
    return next((server for server in servers if ":" not in server), None)


def main() -> None:
    """Serve UDP and TCP until the pod is stopped."""
    socket.setdefaulttimeout(UPSTREAM_TIMEOUT)
    resolver = Resolver(ServiceDirectory(), _node_resolver())
    DNSServer(resolver, address="0.0.0.0", port=PORT).start_thread()
    DNSServer(resolver, address="0.0.0.0", port=PORT, tcp=True).start()


if __name__ == "__main__":
    main()
