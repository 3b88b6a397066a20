"""Which process drives a run: written on the run Job, so that `sweep` can tell a dead run from a live one."""

import os
import socket
from pathlib import Path
from typing import NamedTuple, Self


class Driver(NamedTuple):
    """A process of a machine; `started` (clock ticks since boot) tells it from a later one with its pid."""

    host: str
    pid: int
    started: int

    @classmethod
    def current(cls) -> Self:
        return cls(socket.gethostname(), os.getpid(), _started(os.getpid()) or 0)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `str()` wrote; None for anything else."""
        host, _, rest = text.partition("/")
        pid, _, started = rest.partition("/")
        return cls(host, int(pid), int(started)) if pid.isdecimal() and started.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.started}"

    @property
    def is_dead(self) -> bool:
        """Whether it was a process of this machine that is no more; of other machines nothing is known."""
        return self.host == socket.gethostname() and _started(self.pid) != self.started


def _started(pid: int) -> int | None:
    """When a process began, from /proc; 0 for a living one where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return None if Path("/proc/self").exists() else 0
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[19])
