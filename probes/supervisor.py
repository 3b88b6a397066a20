"""Runs the probes of one pod at the same time, and tells how each of them ended.

`python3 -IS supervisor.py PARAMETERS.json`: the file maps a probe's name to its parameters; the
environment's RUNAI_PREFLIGHT_OWN, of the same form, adds those that are this target's alone, and
RUNAI_PREFLIGHT_PROBES names those to run, all of them by default.
"""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce, say

if __name__ == "__main__":
    announce("supervisor")  # before the imports, which take longer than the interpreter's own start

import json
import os
import signal
import subprocess
import threading
import time

from shared import MARK, TIMEOUT, Fault, frame, parse_parameters, publish, read
from tasks import attend, parallel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

HERE = sys.path[0]
GRACE = 5.0  # seconds that a probe has, after its own timeout, to tell that it timed out
FAREWELL = 1.0  # seconds between SIGTERM and SIGKILL
TAIL = 500  # characters of stderr that explain a crash


class Child:
    """One probe as a process group of its own."""

    def __init__(self, probe: str, parameters: Json) -> None:
        self.probe = probe
        self.parameters = parameters
        self._process: subprocess.Popen[str] | None = None
        self._stopping = False
        self._started = time.monotonic()

    def run(self) -> Json:
        """The probe's frame, or one written for it; what else it said goes to stderr."""
        try:
            timeout = float(self.parameters.get("timeout", TIMEOUT)) + GRACE
            self._process = self._start()
            if self._stopping:
                self.send(signal.SIGTERM)
        except (OSError, TypeError, ValueError, AttributeError) as error:
            return self._epitaph("start", Fault("crashed", f"{self.probe} could not be started: {error}"))
        timed_out = False
        try:
            output, errors = self._process.communicate(json.dumps(self.parameters), timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            self.send(signal.SIGKILL)
            output, errors = self._process.communicate()
        lines = output.splitlines()
        _relay(errors.splitlines() + [line for line in lines if not line.startswith(MARK)])
        return self._own_frame(lines) or self._epitaph("run", self._end(timed_out, errors))

    def send(self, number: signal.Signals) -> None:
        """Send the signal to the probe and all that it has started, at once or as soon as it runs."""
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                say(f"{self.probe} had already ended")

    def _start(self) -> subprocess.Popen[str]:
        path = f"{HERE}/{self.probe}.py"
        if read(path) is None:
            raise FileNotFoundError(f"there is no {self.probe}.py beside the supervisor")
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-IS", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "RUNAI_PREFLIGHT_TERMINATION_LOG": ""},
            start_new_session=True,
        )

    def _own_frame(self, lines: list[str]) -> Json | None:
        for line in reversed(lines):
            try:
                result = json.loads(line[len(MARK) :]) if line.startswith(MARK) else None
            except ValueError:
                continue
            if isinstance(result, dict) and result.get("probe") == self.probe:
                return result
        return None

    def _end(self, timed_out: bool, errors: str) -> Fault:
        code = self._process.returncode if self._process else 0
        tail = f": {errors[-TAIL:].strip()}" if errors.strip() else ""
        if timed_out:
            return Fault("timeout", f"{self.probe} outlived its own timeout and was killed{tail}")
        if code < 0:
            name = f"signal {-code} ({signal.strsignal(-code)})"
            return Fault("killed", f"{self.probe} was killed by {name}{tail}")
        return Fault("crashed", f"{self.probe} ended with exit code {code} and no result{tail}")

    def _epitaph(self, stage: str, fault: Fault) -> Json:
        seconds = time.monotonic() - self._started
        return frame(self.probe, stage=stage, seconds=seconds, fault=fault, data={}, detail={})


def _relay(lines: list[str]) -> None:
    if lines:
        say("\n".join(lines))


def _end_all(children: list[Child]) -> None:
    for child in children:
        child.send(signal.SIGTERM)
        farewell = threading.Timer(FAREWELL, child.send, [signal.SIGKILL])
        farewell.daemon = True
        farewell.start()


def _children(arguments: list[str]) -> list[Child]:
    text = read(arguments[0]) if len(arguments) == 1 else None
    if text is None:
        raise Fault("bad-parameters", "give one argument, a readable file of parameters")
    parameters = parse_parameters(text)
    own = parse_parameters(os.environ.get("RUNAI_PREFLIGHT_OWN", ""))
    chosen = os.environ.get("RUNAI_PREFLIGHT_PROBES", "")
    names = [name.strip() for name in chosen.split(",") if name.strip()] or list(parameters)
    return [Child(name, {**parameters.get(name, {}), **own.get(name, {})}) for name in names]


def main() -> None:
    """Run them all, publish their frames together; exit 0 when every probe observed, 1 otherwise."""
    try:
        children = _children(sys.argv[1:])
    except Fault as fault:
        publish([frame("supervisor", stage="start", seconds=0, fault=fault, data={}, detail={})])
        sys.exit(1)
    frames: list[Json] = []
    for _ in attend(lambda: frames.extend(parallel(Child.run, children)), (signal.SIGTERM, signal.SIGINT)):
        _end_all(children)
    publish(frames)
    sys.exit(0 if frames and all(one["ok"] for one in frames) else 1)


if __name__ == "__main__":
    main()
