"""How large packets to a peer may be: datagrams that must not be fragmented, and one that must be."""

from __future__ import annotations

import socket

from meshtalk import Way, decode, encode, family_of
from tasks import Deadline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PACKETS = (1400, 1450, 1500, 9000)  # bytes with all headers
WRAPPINGS = (0, 20, 50, 80)  # bytes less than the pod's own MTU: nothing, IPIP, VXLAN, WireGuard
FRAGMENTED = 9000  # bytes of a packet that has to be cut
LARGEST = 65535  # bytes of an IP packet
HEADERS = {socket.AF_INET: 28, socket.AF_INET6: 48}  # bytes of IP and UDP
# Linux's names, which Python does not have: (level, option to discover the path's MTU, option that tells it).
MTU_OPTIONS = {
    socket.AF_INET: (socket.IPPROTO_IP, 10, 14),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 23, 24),
}
CUT, DO_NOT_CUT = 0, 2
PATIENCE = 1.0  # seconds for all sizes together
RESEND = 0.25  # seconds before what was not answered is sent again: UDP loses packets


class Path:
    """The way to a peer, in bytes of a whole packet.

    `own` is the MTU at this end and `told` the smaller one that a router told of; `passed` and `lost` are the
    sizes that came and that did not, though nobody told that they are too large. `fragments` is whether a
    fragmented packet came; None where the own MTU leaves nothing to cut.
    """

    def __init__(self, own: int) -> None:
        self.own = own
        self.told: int | None = None
        self.passed: list[int] = []
        self.lost: list[int] = []
        self.fragments: bool | None = None

    @property
    def mute(self) -> bool:
        """Nothing at all came: that is no matter of sizes."""
        return not self.passed


def observe_path(way: Way, address: str) -> Path:
    """The way to this address; OSError where there is none."""
    family = family_of(address)
    with _connect(way, address, DO_NOT_CUT) as udp:
        path = Path(_mtu(udp))
        largest = min(path.own, LARGEST)
        own = (largest - wrapping for wrapping in WRAPPINGS)
        sizes = {size for size in (*PACKETS, *own) if size <= largest}
        answered = _try(udp, way, sizes, HEADERS[family])
        mtu = _mtu(udp)
    path.told = mtu if mtu < path.own else None
    path.passed = sorted(answered)
    path.lost = sorted(size for size in sizes - answered if size <= mtu)
    if path.own < FRAGMENTED and not path.mute:
        with _connect(way, address, CUT) as udp:
            path.fragments = bool(_try(udp, way, {FRAGMENTED}, HEADERS[family]))
    return path


def say_done(way: Way, address: str, name: str) -> bool:
    """Let a peer know that this pod asks it nothing more; whether it has heard that."""
    try:
        with _connect(way, address, CUT) as udp:
            return bool(_send_until_heard(udp, way, {"bye": encode(way.token, "done", name)}))
    except OSError:
        return False


def _connect(way: Way, address: str, cutting: int) -> socket.socket:
    family = family_of(address)
    level, discover, _ = MTU_OPTIONS[family]
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setsockopt(level, discover, cutting)
        udp.connect((address, way.port))
    except OSError:
        udp.close()
        raise
    return udp


def _mtu(udp: socket.socket) -> int:
    level, _, tell = MTU_OPTIONS[udp.family]
    return udp.getsockopt(level, tell)


def _try(udp: socket.socket, way: Way, packets: Iterable[int], headers: int) -> set[int]:
    """Those of the sizes that came."""
    sizes = {packet - headers: packet for packet in packets}
    datagrams = {f"got {size}": encode(way.token, "size", str(size)).ljust(size, b"\0") for size in sizes}
    return {sizes[int(answer[4:])] for answer in _send_until_heard(udp, way, datagrams)}


def _send_until_heard(udp: socket.socket, way: Way, datagrams: dict[str, bytes]) -> set[str]:
    """Send each datagram until its answer comes, or the patience is over; the answers that came."""
    heard: set[str] = set()
    deadline = Deadline(PATIENCE)
    while heard < datagrams.keys() and deadline.left():
        for answer in datagrams.keys() - heard:
            _send(udp, datagrams[answer])
        pause = Deadline(min(RESEND, deadline.left()))
        while heard < datagrams.keys() and pause.left():
            heard |= _receive(udp, way, pause) & datagrams.keys()
    return heard


def _send(udp: socket.socket, datagram: bytes) -> None:
    try:
        udp.send(datagram)
    except OSError:
        return  # too large, as the kernel has learned, or it tells of an earlier one: unanswered either way


def _receive(udp: socket.socket, way: Way, pause: Deadline) -> set[str]:
    """The words of the next answer, if it is one; a router's complaint is noted by the kernel."""
    try:
        udp.settimeout(pause.for_socket())
        words = decode(udp.recv(LARGEST), way.token)
    except OSError:
        return set()
    return {" ".join(words)} if words else set()
