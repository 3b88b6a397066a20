"""Answers that end late or never: cut into lines of bounded length, and cut off when asked to."""

import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

LONGEST_LINE = 8 * 1024 * 1024  # an object in etcd has at most 1.5 MiB
_CHUNK = 65536
_PERIOD = 0.5


def chunks_of(response: "BaseHTTPResponse") -> Iterator[bytes]:
    """What comes, as it comes; where the answer is not chunked, `stream` would wait until it has enough."""
    return response.stream(_CHUNK) if response.chunked else iter(partial(response.read1, _CHUNK), b"")


def split_lines(chunks: Generator[bytes]) -> Generator[bytes]:
    """The non-empty lines of `chunks`, without their ends; ValueError when one is too long.

    A last line without an end is dropped: the stream broke within it.
    """
    rest = bytearray()
    with closing(chunks):
        for chunk in chunks:
            rest += chunk
            if b"\n" in chunk:
                *lines, rest = rest.split(b"\n")
                yield from (bytes(line) for line in lines if line.strip())
            if len(rest) > LONGEST_LINE:
                raise ValueError(f"a line is longer than {LONGEST_LINE} bytes")


@contextmanager
def cut_at(stop: threading.Event, response: "BaseHTTPResponse") -> Iterator[None]:
    """Wake whoever waits for more of the response within half a second of `stop`."""
    over, guard = threading.Event(), threading.Lock()

    def wait() -> None:
        while not over.is_set():
            if stop.wait(_PERIOD):
                with guard, suppress(ValueError, RuntimeError, OSError):
                    if not over.is_set():
                        response.shutdown()
                return

    threading.Thread(target=wait, name="watch-stop", daemon=True).start()
    try:
        yield
    finally:
        with guard:  # from here on the connection may serve another request
            over.set()
