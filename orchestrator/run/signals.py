"""SIGINT, SIGTERM and SIGHUP as something that comes in, not as an exception between any two instructions."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def told_of_interrupts(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` at the first of these signals; what comes after it has its former effect again.

    What is ignored (by `nohup`, say) still is. Only the main thread can ask; in others nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:  # a terminal that goes away says so more than once
            before[signal.SIGHUP] = signal.SIG_IGN
        restore()
        tell()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    handlers = {number: signal.getsignal(number) for number in _NUMBERS}
    before = {number: handler for number, handler in handlers.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
