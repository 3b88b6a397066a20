"""The one thread that the controllers run on: a queue of calls, some of them due later."""

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from orchestrator.simulator.status import StatusError

log = logging.getLogger(__name__)


@dataclass(order=True, slots=True)
class Timer:
    """A call that waits for its time (monotonic seconds)."""

    due: float
    order: int
    call: Callable[[], Any] | None = field(compare=False)

    def cancel(self) -> None:
        self.call = None


class Engine:
    """Runs calls one after another, earliest due first, until `stop`."""

    def __init__(self) -> None:
        self._queue: deque[Callable[[], Any]] = deque()
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="simulator-engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def soon(self, call: Callable[[], Any]) -> None:
        with self._changed:
            self._queue.append(call)
            self._changed.notify()

    def later(self, seconds: float, call: Callable[[], Any]) -> Timer:
        timer = Timer(time.monotonic() + seconds, next(self._order), call)
        with self._changed:
            heapq.heappush(self._timers, timer)
            self._changed.notify()
        return timer

    def _run(self) -> None:
        while (call := self._next()) is not None:
            try:
                call()
            except StatusError as error:
                # What a controller works on may be deleted under its hands: then there is nothing left to do.
                if error.code != HTTPStatus.NOT_FOUND:
                    log.exception("the simulated cluster failed to go on")
            except Exception:
                log.exception("the simulated cluster failed to go on")

    def _next(self) -> Callable[[], Any] | None:
        with self._changed:
            while not self._stopping:
                left = self._timers[0].due - time.monotonic() if self._timers else None
                if left is not None and left <= 0:
                    if call := heapq.heappop(self._timers).call:
                        return call
                elif self._queue:
                    return self._queue.popleft()
                else:
                    self._changed.wait(left)
        return None
