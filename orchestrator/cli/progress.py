"""Progress on stderr: a live line on a terminal, otherwise a line now and then."""

import sys
import threading
from contextlib import suppress
from typing import Self, TextIO

from orchestrator.redact import strip_controls

_PARTS = 10


class Progress:
    """Told what happens; says it without drowning a log."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._lock = threading.Lock()
        self._pending = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_line()

    def say(self, text: str) -> None:
        """Something that stays on the screen."""
        with self._lock:
            self._end_line()
            self._write(f"{strip_controls(text)}\n")

    def advance(self, done: int, total: int, trouble: str = "") -> None:
        """One more of `total` is settled; `trouble` says why it has no answer."""
        if trouble:
            self.say(f"[{done}/{total}] {trouble}")
        elif self._live:
            with self._lock:
                self._write(f"\r\x1b[K[{done}/{total}] answered")
                self._pending = True
        elif done == total or done * _PARTS // total > (done - 1) * _PARTS // total:
            self.say(f"[{done}/{total}] answered")

    def _end_line(self) -> None:
        if self._pending:
            self._write("\r\x1b[K")
            self._pending = False

    def _write(self, text: str) -> None:
        """A terminal that is gone is no reason to end a run."""
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()
