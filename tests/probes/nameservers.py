"""Real DNS servers: one that keeps a zone, and one that says over UDP whatever a test wants."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from dnslib import QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSHandler, DNSLogger, DNSServer

UDP_LIMIT = 512  # bytes; what is longer is cut
Zone = dict[str, list[str] | str]


class ZoneResolver(BaseResolver):  # type: ignore[misc]
    """Names to addresses, or to the name of an error; what it does not hold is NXDOMAIN."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[str] = []

    def resolve(self, request: DNSRecord, handler: Any) -> DNSRecord:
        """The reply to one question."""
        name = str(request.q.qname).rstrip(".")
        self.asked.append(f"{name} {QTYPE[request.q.qtype]} {handler.protocol}")
        reply = request.reply()
        held = self.zone.get(name.lower(), "NXDOMAIN")
        if isinstance(held, str):
            reply.header.rcode = getattr(RCODE, held)
        elif request.q.qtype == QTYPE.A:
            reply.add_answer(*(RR(name, QTYPE.A, rdata=A(address), ttl=1) for address in held))
        return reply


class CuttingHandler(DNSHandler):  # type: ignore[misc]
    """Sets TC over UDP where the reply is too long, as servers did before EDNS."""

    udplen = UDP_LIMIT


def start_both(resolver: ZoneResolver) -> list[DNSServer]:
    """Servers over UDP and TCP on the same port, once one is found that is free for both."""
    options = {"address": "127.0.0.1", "logger": DNSLogger(logf=lambda _: None), "handler": CuttingHandler}
    for _ in range(50):
        udp = DNSServer(resolver, port=0, **options)
        try:
            both = [udp, DNSServer(resolver, port=udp.server.server_address[1], tcp=True, **options)]
        except OSError:
            udp.server.server_close()
            continue
        for server in both:
            server.start_thread()
        return both
    raise AssertionError("no port is free over both UDP and TCP")


@contextlib.contextmanager
def zone_server(zone: Zone) -> Iterator[tuple[ZoneResolver, int]]:
    """A server over UDP and TCP on one port of the loopback."""
    resolver = ZoneResolver(zone)
    both = start_both(resolver)
    port = both[0].server.server_address[1]
    try:
        yield resolver, port
    finally:
        for server in both:
            server.stop()
            server.thread.join(10)
            server.server.server_close()


@contextlib.contextmanager
def udp_server(answer: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """Sends, for each datagram it gets, those that the function gives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]

        def serve() -> None:
            while True:
                query, client = listener.recvfrom(65535)
                if not query:
                    return
                for message in answer(query):
                    listener.sendto(message, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", ("127.0.0.1", port))
            thread.join(10)
