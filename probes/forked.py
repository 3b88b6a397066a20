"""A child process for what may hang or die: it tells how far it came, and nobody waits for it in vain."""

from __future__ import annotations

import errno
import json
import mmap
import os
import select
import signal
import time

from tasks import Deadline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn

    from shared import Json

HEARTBEAT = 0.2  # seconds
PAGE = 64  # bytes for the name of an operation
REAP = 0.2  # seconds in which a child that is killed mostly goes
CHUNK = 65536
STREAMS = (0, 1, 2)


class Trouble(Exception):
    """What stopped the work: a code, the operation that met it and the stage it was in."""

    def __init__(self, code: str, message: str, operation: str = "", stage: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.operation = operation
        self.stage = stage

    def told(self) -> Json:
        """As checks read it."""
        return {
            "stage": self.stage,
            "operation": self.operation,
            "code": self.code,
            "message": str(self),
        }


class Teller:
    """The child's end: each stage and fact is a line, the present operation stands on a shared page.

    The page outlives a hang, and a line as often as there is a heartbeat shows that there is none.
    """

    def __init__(self, pipe: int, page: mmap.mmap) -> None:
        self._pipe = pipe
        self._page = page
        self._told = 0.0
        self._alone = False
        self._leaving = False
        self._stage = ""

    def stage(self, name: str) -> None:
        """Tell what comes next."""
        self._stage = name
        self._send("stage", name)

    def fact(self, name: str, value: object) -> None:
        """Tell what was found."""
        self._send("fact", name, value)

    def call(self, operation: str, function: Callable[..., Any], *arguments: object) -> Any:
        """The call's answer, a Trouble for its OSError; should it hang, the operation is known."""
        self._page[:] = operation.encode().ljust(PAGE, b"\0")
        if time.monotonic() - self._told > HEARTBEAT:
            self._send("alive")
        try:
            return function(*arguments)
        except OSError as error:
            raise self.trouble(error, operation) from None

    def trouble(self, error: OSError, operation: str) -> Trouble:
        """The error by its name, as EIO."""
        code = errno.errorcode.get(error.errno or 0, "OSError")
        return Trouble(code, error.strerror or str(error), operation, self._stage)

    def leave(self) -> None:
        """What comes now is to be done whether or not anybody listens."""
        self._leaving = True

    def end(self, trouble: Trouble | None) -> None:
        """Tell that nothing more comes, and why."""
        if trouble is not None and not trouble.stage:
            trouble.stage = self._stage
        self._send("end", trouble and trouble.told())

    def _send(self, *words: object) -> None:
        if self._alone:
            return
        self._told = time.monotonic()
        try:
            os.write(self._pipe, json.dumps(words).encode() + b"\n")
        except OSError:
            self._alone = True
            if not self._leaving:
                raise Trouble("alone", "nobody listens any more") from None


class Child:
    """Work in a process of its own; `silence` and `limit` are seconds without a word, and in all."""

    def __init__(self, work: Callable[[Teller], None], silence: float, limit: float) -> None:
        self._silence = silence
        self._limit = limit
        self._stage = ""
        self._gone = False
        self._signal = 0
        self._page = mmap.mmap(-1, PAGE)
        self._pipe, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._pipe)  # so that it notices when nobody reads any more
            _live(work, Teller(writer, self._page))
        os.close(writer)

    def facts(self) -> Iterator[tuple[str, str, Any]]:
        """What it finds, as it finds it: its stage, and a fact's name and value, or "" where a stage begins.

        Raises the Trouble that stopped it, be it a hang or its death.
        """
        try:
            for kind, *words in self._lines():
                if kind == "stage":
                    self._stage = words[0]
                    yield self._stage, "", None
                elif kind == "fact":
                    yield self._stage, words[0], words[1]
                elif kind == "end":
                    return _raise(words[0])
            raise self._death()
        finally:
            self._release()

    def _lines(self) -> Iterator[list[Any]]:
        deadline, rest = Deadline(self._limit), b""
        while True:
            patience = min(self._silence, deadline.left())
            if not select.select([self._pipe], [], [], patience)[0]:
                raise self._hang() if deadline.left() else self._slow()
            chunk = os.read(self._pipe, CHUNK)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (json.loads(line) for line in lines)

    def _hang(self) -> Trouble:
        return self._trouble("hang", f"{self._operation} did not return in {self._silence:g} s")

    def _slow(self) -> Trouble:
        return self._trouble("slow", f"{self._stage} was not over {self._limit:g} s after the start")

    def _death(self) -> Trouble:
        self._reap()
        how = f"was killed by signal {self._signal}" if self._signal else "ended without a word"
        return self._trouble("died", f"the process {how}")

    def _trouble(self, code: str, message: str) -> Trouble:
        return Trouble(code, message, self._operation, self._stage)

    @property
    def _operation(self) -> str:
        return self._page[:].rstrip(b"\0").decode()

    def _release(self) -> None:
        """Let go of it. One that hangs in the kernel dies when the kernel lets it: nobody awaits that."""
        os.close(self._pipe)
        if not self._reap():
            os.kill(self._pid, signal.SIGKILL)
            self._reap()

    def _reap(self) -> bool:
        """Whether it has gone, which takes a moment."""
        deadline = Deadline(REAP)
        while not self._gone:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._gone, self._signal = pid != 0, status & 0x7F
            if not self._gone:
                if not deadline.left():
                    break
                time.sleep(REAP / 20)
        return self._gone


def _raise(told: Json | None) -> None:
    if told:
        raise Trouble(**told)


def _live(work: Callable[[Teller], None], teller: Teller) -> NoReturn:
    """The child's life. It keeps none of the streams: who reads them must not wait for one that hangs."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in STREAMS:
            os.dup2(nothing, stream)
        signal.set_wakeup_fd(-1)  # what tells the parent of its signals
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        _work(work, teller)
    finally:
        os._exit(0)


def _work(work: Callable[[Teller], None], teller: Teller) -> None:
    try:
        work(teller)
    except Trouble as trouble:
        teller.end(trouble)
    except Exception as error:  # noqa: BLE001 - it must be told, as there is nobody to see a traceback
        teller.end(Trouble("internal", f"{type(error).__name__}: {error}"))
    else:
        teller.end(None)


def _stop(number: int, _: object) -> NoReturn:
    raise Trouble("stopped", f"stopped by {signal.Signals(number).name}")
