"""Work in threads: done at the same time, or left behind when it hangs."""

from __future__ import annotations

import threading
import time
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    T = TypeVar("T")
    Item = TypeVar("Item")


class Deadline:
    """A moment that comes `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until the moment, 0 when it has passed."""
        return max(0.0, self._end - time.monotonic())

    def for_socket(self) -> float:
        """The same as a socket's timeout, for which 0 would mean not to block."""
        return max(self.left(), 0.001)


def start(call: Callable[[], T]) -> Callable[[float | None], T]:
    """Begin the call in a thread of its own; the function returned waits some seconds for its answer."""
    answers: list[T] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is awaited
            failures.append(error)
        done.set()

    def wait(seconds: float | None) -> T:
        if not done.wait(seconds):
            raise TimeoutError
        if failures:
            raise failures[0]
        return answers[0]

    threading.Thread(target=work, daemon=True).start()
    return wait


def within(seconds: float | None, call: Callable[[], T]) -> T:
    """The call's answer; TimeoutError when it hangs longer, its thread is then left behind."""
    return start(call)(seconds)


def parallel(work: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
    """The work done on all items at once, answers in their order."""
    waits = [start(partial(work, item)) for item in items]
    return [wait(None) for wait in waits]
