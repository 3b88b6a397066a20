"""The body of an HTTP answer: as long as it says, in chunks, or until the connection is closed."""

from __future__ import annotations

from wire import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wire import Head

PIECE = 65536  # bytes
CHUNK_HEAD_LIMIT = 4096  # bytes
WITHOUT_BODY = (204, 304)


class Truncated(Exception):
    """The connection was closed before all that was announced had come."""


def read_body(head: Head, receive: Callable[[int], bytes], limit: int) -> bytes:
    """The first `limit` bytes of the body that `receive` (bytes wanted → bytes, none at the end) delivers.

    Malformed where its framing is no HTTP, Truncated where it ends too early.
    """
    if head.status in WITHOUT_BODY:
        return b""
    body = bytearray()
    for piece in _pieces(head, Source(head.rest, receive)):
        body += piece[: limit - len(body)]
        if len(body) >= limit:
            break
    return bytes(body)


class Source:
    """Bytes as they come, after those that have come already."""

    def __init__(self, first: bytes, receive: Callable[[int], bytes]) -> None:
        self._held = first
        self._receive = receive

    def some(self, most: int) -> bytes:
        """At least one byte and at most so many; none at the end."""
        piece = self._held or self._receive(min(most, PIECE))
        self._held = piece[most:]
        return piece[:most]

    def exactly(self, count: int) -> Iterator[bytes]:
        """So many bytes, in pieces."""
        while count:
            piece = self.some(count)
            if not piece:
                raise Truncated(f"the answer ended {count} bytes too early")
            count -= len(piece)
            yield piece

    def line(self) -> bytes:
        """Up to the next end of a line, without it."""
        text = b""
        while not text.endswith(b"\r\n"):
            piece = self.some(1)
            if not piece:
                raise Truncated("the answer ended in the middle of its chunks")
            text += piece
            if len(text) > CHUNK_HEAD_LIMIT:
                raise Malformed("a chunk's head never ends")
        return text[:-2]


def _pieces(head: Head, source: Source) -> Iterator[bytes]:
    if head.headers.get("transfer-encoding", "").lower().endswith("chunked"):
        return _chunks(source)
    length = head.headers.get("content-length")
    if length is None:
        return iter(lambda: source.some(PIECE), b"")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise Malformed("the answer's Content-Length is no number")
    return source.exactly(int(length))


def _chunks(source: Source) -> Iterator[bytes]:
    while True:
        size = _chunk_size(source.line())
        if size == 0:
            return
        yield from source.exactly(size)
        if source.line():
            raise Malformed("a chunk is longer than it says")


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not 0 < len(digits) < 16 or digits.strip(b"0123456789abcdefABCDEF"):
        raise Malformed("a chunk's head has no size")
    return int(digits, 16)
