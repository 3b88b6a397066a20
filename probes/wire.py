"""What comes off the network, decoded: HTTP heads and dates, DNS messages, X.509 names.

Every function takes bytes and raises Malformed, and nothing else, when they are not what they should be.
"""

from __future__ import annotations

import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from shared import Json

HEAD_LIMIT = 65536  # bytes
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

A, AAAA, OPT, INTERNET = 1, 28, 41, 1
RECURSION_DESIRED, RESPONSE, TRUNCATED, RCODE = 0x0100, 0x8000, 0x0200, 0x000F
EDNS_SIZE = 1232  # bytes; what fits every path unfragmented
RCODES = {1: "formerr", 2: "servfail", 3: "nxdomain", 4: "notimp", 5: "refused"}

COMMON_NAME, ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"
VERSION, UTC_TIME, GENERALIZED_TIME, BMP_STRING = 0xA0, 0x17, 0x18, 0x1E


class Malformed(Exception):
    """Bytes that do not follow their format."""


class Head:
    """The first lines of an HTTP answer: status, and fields by lower-case name in their order.

    `headers` has the last of those that are repeated; `rest` is what of the body came along.
    """

    def __init__(self, status: int, fields: list[tuple[str, str]], rest: bytes = b"") -> None:
        self.status = status
        self.fields = fields
        self.headers = dict(fields)
        self.rest = rest


def read_head(receive: Callable[[int], bytes]) -> Head:
    """The head of the answer that `receive` (bytes wanted → bytes) delivers."""
    text = b""
    while b"\r\n\r\n" not in text:
        piece = receive(4096)
        if not piece:
            raise Malformed("the connection was closed before a whole HTTP head had come")
        text += piece
        if len(text) > HEAD_LIMIT or text[:5] != b"HTTP/"[: len(text)]:
            raise Malformed("the answer does not begin as HTTP does, or its head never ends")
    return parse_head(text)


def parse_head(text: bytes) -> Head:
    """The status line and headers, up to the empty line."""
    first, _, rest = text.partition(b"\r\n\r\n")
    lines = first.decode("latin-1").split("\r\n")
    words = lines[0].split(None, 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not _is_number(words[1], 3):
        raise Malformed("the answer does not begin as HTTP does")
    fields = (line.partition(":") for line in lines[1:])
    return Head(int(words[1]), [(name.strip().lower(), value.strip()) for name, _, value in fields], rest)


def parse_date(text: str) -> float:
    """Epoch seconds of an HTTP date, as `Sun, 06 Nov 1994 08:49:37 GMT`."""
    from calendar import timegm

    words = text.replace(":", " ").split()
    if len(words) != 8 or words[2] not in MONTHS or not all(_is_number(words[i]) for i in (1, 3, 4, 5, 6)):
        raise Malformed("not an HTTP date")
    day, year, hour, minute, second = (int(words[i]) for i in (1, 3, 4, 5, 6))
    try:
        return float(timegm((year, MONTHS.index(words[2]) + 1, day, hour, minute, second)))
    except (ValueError, OverflowError):
        raise Malformed("not a date of this calendar") from None


def _is_number(text: str, digits: int | None = None) -> bool:
    return text.isascii() and text.isdigit() and len(text) == (digits or len(text)) <= 4


class Answer:
    """What a DNS server said: a code, its addresses, and whether it had to cut the message."""

    def __init__(self, code: str, addresses: list[str], truncated: bool) -> None:
        self.code = code
        self.addresses = addresses
        self.truncated = truncated


def encode_query(name: str, kind: int, ident: int) -> bytes:
    """A recursive question with EDNS0; ValueError for a name that DNS cannot carry."""
    flags = RECURSION_DESIRED.to_bytes(2, "big")
    counts = b"\x00\x01\x00\x00\x00\x00\x00\x01"
    options = b"\x00" + OPT.to_bytes(2, "big") + EDNS_SIZE.to_bytes(2, "big") + bytes(6)
    return ident.to_bytes(2, "big") + flags + counts + _question(name, kind) + options


def _question(name: str, kind: int) -> bytes:
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    encoded = b"".join(bytes([len(label)]) + label for label in labels) + b"\x00"
    if not all(0 < len(label) < 64 for label in labels) or len(encoded) > 255:
        raise ValueError(f"{name!r} is not a DNS name")
    return encoded + kind.to_bytes(2, "big") + INTERNET.to_bytes(2, "big")


def parse_answer(message: bytes, name: str, kind: int, ident: int) -> Answer | None:
    """The answer to this very question; None when the message answers another, or is none."""
    reader = _Reader(message)
    got, flags, questions, answers, _, _ = (reader.number(2) for _ in range(6))
    if got != ident or not flags & RESPONSE:
        return None
    asked = [(reader.name(), reader.number(2), reader.number(2)) for _ in range(questions)]
    wanted = (name.rstrip(".").lower().encode("ascii"), kind, INTERNET)
    rcode, truncated = flags & RCODE, bool(flags & TRUNCATED)
    silent = not asked and (rcode or truncated)  # what carries no answer need not repeat the question
    if asked != [wanted] and not silent:
        return None
    addresses = [] if truncated else [address for _ in range(answers) for address in reader.record(kind)]
    code = RCODES.get(rcode, f"rcode-{rcode}") if rcode else "answer" if addresses else "nodata"
    return Answer(code, addresses, truncated)


class _Reader:
    """Reads a DNS message from its start."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._message[self._at : self._at + count]
        if len(piece) < count:
            raise Malformed("the DNS message ends too early")
        self._at += count
        return piece

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def name(self) -> bytes:
        """The name here, in lower case, without its last dot."""
        labels: list[bytes] = []
        resume = None
        while True:
            here = self._at
            length = self.number(1)
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | self.number(1)
                if target >= here:  # backwards only, so that it ends
                    raise Malformed("a DNS name points forward")
                resume = resume or self._at
                self._at = target
            elif length >= 64 or sum(map(len, labels)) + len(labels) > 255:
                raise Malformed("a DNS name is too long")
            elif length:
                labels.append(self.take(length).lower())
            else:
                self._at = resume or self._at
                return b".".join(labels)

    def record(self, kind: int) -> list[str]:
        """The address of the resource record here, if it is one of that kind."""
        self.name()
        kind_here, _, _ = self.number(2), self.number(2), self.number(4)
        content = self.take(self.number(2))
        if kind_here != kind or kind not in (A, AAAA):
            return []
        if len(content) != (4 if kind == A else 16):
            raise Malformed("an address record has the wrong length")
        return [socket.inet_ntop(socket.AF_INET if kind == A else socket.AF_INET6, content)]


def parse_certificate(der: bytes) -> Json:
    """Whom an X.509 certificate names, and its validity.

    `issuer` and `subject` hold `organization` and `commonName`; `notBefore` and `notAfter` are ISO 8601.
    """
    try:
        to_be_signed = _children(_children(der)[0][1])[0][1]
        fields = [content for tag, content in _children(to_be_signed) if tag != VERSION]
        issuer, validity, subject = fields[2:5]
        not_before, not_after = (_time(tag, content) for tag, content in _children(validity))
        return {
            "issuer": _names(issuer),
            "subject": _names(subject),
            "notBefore": not_before,
            "notAfter": not_after,
        }
    except (IndexError, ValueError):
        raise Malformed("not an X.509 certificate") from None


def _children(content: bytes) -> list[tuple[int, bytes]]:
    found = []
    at = 0
    while at < len(content):
        tag, length, start = content[at], content[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(content[at + 2 : start], "big")
        at = start + length
        if at > len(content):
            raise Malformed("a DER value ends too early")
        found.append((tag, content[start:at]))
    return found


def _names(content: bytes) -> dict[str, str]:
    wanted = {ORGANIZATION: "organization", COMMON_NAME: "commonName"}
    found: dict[str, str] = {}
    for _, relative in _children(content):
        for _, attribute in _children(relative):
            (_, oid), (tag, value) = _children(attribute)
            if oid in wanted:
                found[wanted[oid]] = value.decode("utf-16-be" if tag == BMP_STRING else "utf-8", "replace")
    return found


def _time(tag: int, content: bytes) -> str:
    digits = content.decode("ascii").rstrip("Z")
    if tag == UTC_TIME:
        digits = ("19" if digits >= "50" else "20") + digits
    if tag not in (UTC_TIME, GENERALIZED_TIME) or len(digits) < 14 or not digits.isdigit():
        raise Malformed("not a time of a certificate")
    year, rest = digits[:4], [digits[i : i + 2] for i in range(4, 14, 2)]
    return f"{year}-{rest[0]}-{rest[1]}T{rest[2]}:{rest[3]}:{rest[4]}Z"
