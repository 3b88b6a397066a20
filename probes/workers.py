"""Processes that work on GPUs, for the probe that starts them: whatever becomes of one, the probe goes on."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

from shared import MARK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json
    from tasks import Deadline

HERE = __file__.rpartition("/")[0] or "."
FAREWELL = 1.0  # seconds that a worker which is killed gets to be gone
TAIL = 300  # characters of a crashed worker's last words
PIECE = 65536


class Failure(Exception):
    """How a worker failed: `code`, the `stage` it was in, and what else belongs to that code.

    Those are for `cuda` the `call`, `number` and `name`, for `no-library` the `message` and `cLibrary`, for
    `killed` the `signal`, for `crashed` the `exit` code and a `message`; for `hang` nothing.
    """

    def __init__(self, told: Json) -> None:
        super().__init__(str(told))
        self.told = told


class Worker:
    """One such process. The thread that starts it has to live as long: the kernel ends the two together."""

    def __init__(self, **environment: str) -> None:
        self.stage = "start"
        self._rest = b""
        self._words: list[str] = []
        self._line, theirs = socket.socketpair()
        # It holds no pipe of ours: whoever reads one until its end would wait for a process that cannot die.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-IS", f"{HERE}/cudaworker.py"],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=theirs.fileno(),
            env={**os.environ, "CUDA_CACHE_DISABLE": "1", **environment},
            start_new_session=True,
        )
        theirs.close()

    def start(self, deadline: Deadline) -> None:
        """Wait until it takes commands, so that the time for the first one is not spent on getting there."""
        self.ask(deadline, "ready")

    def ask(self, deadline: Deadline, do: str, **arguments: object) -> Json:
        """What the command ends with; Failure when it does not end well, or not in time."""
        self.tell(do, **arguments)
        return self.answer(deadline)

    def tell(self, do: str, **arguments: object) -> None:
        """Give the command, whose answer is taken later."""
        try:
            self._line.sendall(json.dumps({"do": do, **arguments}).encode("ascii") + b"\n")
        except OSError:
            return  # it has ended, which is told where its answer is awaited

    def answer(self, deadline: Deadline) -> Json:
        """What the command that was given ends with, as `ask` has it."""
        while True:
            told = self._next(deadline)
            if "stage" in told:
                self.stage = told["stage"]
            elif "error" in told:
                raise Failure({"stage": self.stage, **told["error"]})
            elif "done" in told:
                return told["done"]  # type: ignore[no-any-return]

    def kill(self) -> None:
        """End it and wait a moment; one that cannot die, as in a broken driver, is left behind."""
        self._process.kill()
        self._line.close()
        try:
            self._process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.returncode = -signal.SIGKILL  # so that nobody ever waits for it

    def _next(self, deadline: Deadline) -> Json:
        """Its next answer; what else it prints are its last words."""
        while True:
            line = self._read_line(deadline)
            if line.startswith(MARK):
                return json.loads(line[len(MARK) :])  # type: ignore[no-any-return]
            self._words.append(line)

    def _read_line(self, deadline: Deadline) -> str:
        while b"\n" not in self._rest:
            self._line.settimeout(deadline.for_socket())
            try:
                piece = self._line.recv(PIECE)
            except socket.timeout:  # TimeoutError only from Python 3.10 on
                raise Failure({"code": "hang", "stage": self.stage}) from None
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Failure(self._end())
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace")

    def _end(self) -> Json:
        try:
            code = self._process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            return {"code": "hang", "stage": self.stage}
        if code < 0:
            return {"code": "killed", "stage": self.stage, "signal": -code}
        message = "\n".join(self._words)[-TAIL:]
        return {"code": "crashed", "stage": self.stage, "exit": code, "message": message}
