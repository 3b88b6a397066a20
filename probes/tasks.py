"""Work in threads: done at the same time, left behind when it hangs, or attended while signals come."""

from __future__ import annotations

import os
import signal
import threading
import time
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")
    Item = TypeVar("Item")

DONE = 0  # no signal has this number


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


def attend(work: Callable[[], object], numbers: Iterable[int]) -> Iterator[int]:
    """Do the work in a thread; yields the signals that come meanwhile and ends when the work does.

    Only a byte in a pipe tells of a signal: a handler that acts could break into the middle of anything.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda *_: None)

    def work_and_tell() -> None:
        try:
            work()
        finally:
            os.write(writer, bytes([DONE]))

    threading.Thread(target=work_and_tell, daemon=True).start()
    while True:
        (number,) = os.read(reader, 1)
        if number == DONE:
            return
        yield number
