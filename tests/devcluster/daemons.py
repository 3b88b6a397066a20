"""Long-running programs: started apart from this process, found again and stopped by their pid."""

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.devcluster import cgroups
from tests.devcluster.console import DevclusterError, tail
from tests.devcluster.layout import LOGS, PIDS

_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
_POLL = 0.1  # seconds


def start(name: str, argv: Sequence[str]) -> int:
    """Start a program in the cluster's cgroups and return its pid; its output goes to the log `name`."""
    LOGS.mkdir(parents=True, exist_ok=True)
    PIDS.mkdir(parents=True, exist_ok=True)
    with log(name).open("ab") as output, Path(os.devnull).open("rb") as nothing:
        given = ((nothing, 0), (output, 1), (output, 2))
        command = [*cgroups.ENTER, *argv]
        pid = os.posix_spawnp(  # not Popen, which frets about a program that outlives its object
            command[0],
            command,
            _ENVIRONMENT,
            file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), number) for file, number in given],
            setsid=True,
        )
    record = {"pid": pid, "started": _start_time(pid), "argv": list(argv)}
    (PIDS / name).write_text(json.dumps(record))
    return pid


def start_again(name: str) -> int:
    """Start a stopped program by the command that started it before."""
    argv: list[str] = _record(name)["argv"]
    return start(name, argv)


def stop(name: str, grace: float = 10) -> None:
    """Stop a program: SIGTERM, and SIGKILL after `grace` seconds; one that is not running is no error."""
    pid = running_pid(name)
    if pid is not None:
        _end(pid, grace)


def running() -> list[str]:
    """Return the names of the programs that run, the latest started first."""
    if not PIDS.exists():
        return []
    names = sorted(PIDS.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [file.name for file in names if running_pid(file.name) is not None]


def running_pid(name: str) -> int | None:
    """Return the pid of a program while it runs."""
    record = _record(name)
    pid: int = record["pid"]
    _reap(pid)
    return pid if _start_time(pid) == record["started"] else None


def log(name: str) -> Path:
    """Return the log file of a program."""
    return LOGS / f"{name}.log"


def wait_until(what: str, ready: Callable[[], bool], name: str, timeout: float = 60) -> None:
    """Wait until `ready()`.

    Raises DevclusterError with the tail of the log of the program `name` when that ends, or after `timeout`
    seconds.
    """
    deadline = time.monotonic() + timeout
    while not ready():
        ended = running_pid(name) is None
        if ended or time.monotonic() > deadline:
            reason = f"{name} has ended" if ended else f"not within {timeout:.0f} s"
            output = tail(log(name).read_text(errors="replace"))
            raise DevclusterError(f"{what}: {reason}. Its log ends:\n{output}")
        time.sleep(_POLL)


def _record(name: str) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((PIDS / name).read_text())
    except FileNotFoundError:
        raise DevclusterError(f"{name} was never started: is the cluster up?") from None
    return record


def _end(pid: int, grace: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            if not select.select([handle], [], [], grace)[0]:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                select.select([handle], [], [], grace)
        finally:
            os.close(handle)
    _reap(pid)


def _reap(pid: int) -> None:
    """Collect the exit status of a program that this very process started."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _start_time(pid: int) -> str | None:
    """Return the start time of a process, in clock ticks: with it a pid names one process for ever."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return None
