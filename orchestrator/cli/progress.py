"""Progress on stderr: a live line on a terminal, otherwise a line now and then."""

import sys
import threading
from typing import Self, TextIO

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
            print(text, file=self._stream, flush=True)

    def advance(self, done: int, total: int, trouble: str = "") -> None:
        """One more of `total` is settled; `trouble` says why it has no answer."""
        if trouble:
            self.say(f"[{done}/{total}] {trouble}")
        elif self._live:
            with self._lock:
                self._stream.write(f"\r\x1b[K[{done}/{total}] answered")
                self._stream.flush()
                self._pending = True
        elif done == total or done * _PARTS // total > (done - 1) * _PARTS // total:
            self.say(f"[{done}/{total}] answered")

    def _end_line(self) -> None:
        if self._pending:
            self._stream.write("\r\x1b[K")
            self._pending = False
