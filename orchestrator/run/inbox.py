"""What threads learn, as calls that one thread makes: so what these calls change needs no locks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

WORKERS = 16
_TICK = 1.0


class Inbox:
    """The calls to be made, and the threads that put them in; what goes wrong there is raised here."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="submit")
        self._closing = False

    def put(self, call: Callable[..., None], *arguments: Any) -> None:
        """Have it called where the inbox is emptied; from any thread."""
        self._calls.put(partial(call, *arguments))

    def handle_next(self) -> bool:
        """Make the next call that comes in; False when none does for a moment."""
        try:
            self._calls.get(timeout=_TICK)()
        except Empty:
            return False
        return True

    def in_thread(self, work: Callable[..., None], *arguments: Any) -> None:
        """Have it done in a thread of the pool."""
        self._pool.submit(self._guarded, work, *arguments)

    def beside(self, name: str, work: Callable[..., None], *arguments: Any) -> None:
        """Have it done in a thread of its own, for which nobody waits."""
        threading.Thread(target=self._guarded, args=(work, *arguments), name=name, daemon=True).start()

    def interrupt(self) -> None:
        """Ctrl-C comes in like all else, and never strikes in the middle of a step."""
        self.put(self._raise, KeyboardInterrupt())

    def close(self) -> None:
        """Nothing more is begun, and what goes wrong from now on is not told; waits for what is under way."""
        self._closing = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _guarded(self, work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(*arguments)
        except Exception as error:  # noqa: BLE001 - a thread has nobody else to tell
            self.put(self._raise, error)

    def _raise(self, error: BaseException) -> None:
        if not self._closing:
            raise error
