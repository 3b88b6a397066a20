"""What every probe shares: parameters in, one framed result line out, and a clock that always ends."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

from log import run_and_target, say
from tasks import attend

TYPE_CHECKING = False  # the typing module costs more to import than all of the above
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, TypeVar

    Json = dict[str, Any]
    T = TypeVar("T")

MARK = "runai-preflight-result: "
TIMEOUT = 30.0  # seconds, unless the parameters say otherwise
TERMINATION_LOG = "/dev/termination-log"
TERMINATION_LIMIT = 4096  # bytes; the kubelet cuts what is longer
MESSAGE_LIMIT = 600  # characters
ENDINGS: dict[int, str] = {
    signal.SIGALRM: "timeout",
    signal.SIGTERM: "terminated",
    signal.SIGINT: "terminated",
}


class Fault(Exception):
    """What stopped a probe: a code for programs, a message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Observation:
    """One run of a probe: its parameters, what it has seen so far and the stage it is in."""

    def __init__(self, probe: str) -> None:
        self.probe = probe
        self.parameters: Json = {}
        self.stage = "start"
        self.data: Json = {}
        self.detail: Json = {}
        self._started = time.monotonic()

    def parameter(self, name: str, default: T) -> T:
        """The named parameter, which must be of the default's type; the default where it is absent."""
        value = self.parameters.get(name)
        if value is None:
            return default
        kinds = (int, float) if isinstance(default, float) else type(default)
        if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(default, bool):
            wanted, got = type(default).__name__, type(value).__name__
            raise Fault("bad-parameters", f"parameter {name!r} must be of type {wanted}, not {got}")
        return value  # type: ignore[return-value]  # an int stands for a float

    def frame(self, fault: Fault | None) -> Json:
        """The result as it is published."""
        return frame(
            self.probe,
            stage="done" if fault is None else self.stage,
            seconds=time.monotonic() - self._started,
            fault=fault,
            data=self.data,
            detail=self.detail,
        )


def frame(probe: str, *, stage: str, seconds: float, fault: Fault | None, data: Json, detail: Json) -> Json:
    """One probe's result; run and target come from the environment."""
    error = {"code": fault.code, "message": str(fault)[:MESSAGE_LIMIT]} if fault else None
    run_id, target = run_and_target()
    return {
        "schema": 1,
        "probe": probe,
        "run": run_id,
        "target": target,
        "ok": fault is None,
        "stage": stage,
        "seconds": round(seconds, 3),
        "error": error,
        "data": data,
        "detail": detail,
    }


def run(probe: str, observe: Callable[[Observation], None]) -> NoReturn:
    """Observe under a clock, publish the one frame and end the process: 0 observed, 1 could not."""
    observation = Observation(probe)
    fault = _attempt(observation, observe)
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    publish([observation.frame(fault)])
    os._exit(0 if fault is None else 1)  # a thread that hangs in the C library must not hold us


def _attempt(observation: Observation, observe: Callable[[Observation], None]) -> Fault | None:
    faults: list[Fault | None] = []
    signal.setitimer(signal.ITIMER_REAL, TIMEOUT)
    number = next(attend(lambda: faults.append(_observe(observation, observe)), ENDINGS), None)
    if number is None:
        return faults[0]
    name = signal.Signals(number).name
    return Fault(ENDINGS[number], f"stopped by {name} before it had observed everything")


def _observe(observation: Observation, observe: Callable[[Observation], None]) -> Fault | None:
    try:
        observation.parameters = _read_parameters()
        timeout = observation.parameter("timeout", TIMEOUT)
        if timeout <= 0:
            raise Fault("bad-parameters", "parameter 'timeout' must be more than 0 seconds")
        signal.setitimer(signal.ITIMER_REAL, timeout)
        say(f"{observation.probe}: at most {timeout:g} s")
        observe(observation)
    except Fault as fault:
        return fault
    except Exception as error:  # noqa: BLE001 - a probe's own bug must still end as a frame
        sys.excepthook(*sys.exc_info())
        return Fault("internal", f"{type(error).__name__}: {error}")
    return None


def _read_parameters() -> Json:
    text = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    return parse_parameters(text)


def parse_parameters(text: str) -> Json:
    """A JSON object; empty text is an empty one."""
    try:
        parameters = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise Fault("bad-parameters", f"the parameters are not JSON: {error}") from None
    if not isinstance(parameters, dict):
        raise Fault("bad-parameters", "the parameters must be a JSON object")
    return parameters


def read(path: str) -> str | None:
    """A small text file, None where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib is slow to import
            return file.read()
    except OSError:
        return None


def encode(result: Json) -> str:
    """The framed line, without its newline."""
    return MARK + json.dumps(result, separators=(",", ":"))


def publish(frames: list[Json]) -> None:
    """Write the frames to the termination log, where there is one, and to stdout: either is enough."""
    for write in (_write_termination_log, _print):
        try:
            write(frames)
        except OSError as error:
            say(f"the result could not be written: {error}")


def _print(frames: list[Json]) -> None:
    sys.stdout.write("".join(encode(one) + "\n" for one in frames))
    sys.stdout.flush()


def _write_termination_log(frames: list[Json]) -> None:
    path = os.environ.get("RUNAI_PREFLIGHT_TERMINATION_LOG", TERMINATION_LOG)
    if not path or (path == TERMINATION_LOG and not os.access(path, os.W_OK)):
        return  # none is wanted, or there is none: root on a host must not leave one in /dev
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CREAT, 0o644)
    os.write(descriptor, fit(frames))
    os.close(descriptor)


def fit(frames: list[Json], limit: int = TERMINATION_LIMIT) -> bytes:
    """The frames, a line each, in `limit` bytes; one that does not fit loses its detail, then its data.

    Every frame gets its data before any gets its detail, and the small ones go first.
    """
    grades = [[encode(grade) for grade in (_minimal(one), _reduced(one), one)] for one in frames]
    lines = [minimal for minimal, _, _ in grades]
    for grade in (1, 2):
        for index in sorted(range(len(lines)), key=lambda i: len(grades[i][grade])):
            growth = len(grades[index][grade]) - len(lines[index])
            if sum(map(len, lines)) + len(lines) + growth <= limit:
                lines[index] = grades[index][grade]
    text = "".join(line + "\n" for line in lines).encode("ascii")
    return text if len(text) <= limit else text[: text.rfind(b"\n", 0, limit) + 1]


def _reduced(result: Json) -> Json:
    return {**{key: value for key, value in result.items() if key != "detail"}, "reduced": True}


def _minimal(result: Json) -> Json:
    error = result["error"] and {**result["error"], "message": result["error"]["message"][:100]}
    note = "the data is in the log only: it does not fit here"
    return {**_reduced(result), "error": error, "data": {}, "note": note}
