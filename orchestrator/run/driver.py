"""Which process drives a run: written on the run Job, so that `sweep` can tell a dead run from a live one."""

import os
import socket
from pathlib import Path
from typing import NamedTuple, Self


class Driver(NamedTuple):
    """A process; `started` (clock ticks since boot) tells it from a later one with its pid.

    `host` is for people. `world` says where the pid means something: one boot of one machine, and one pid
    namespace of it.
    """

    host: str
    world: str
    pid: int
    started: int

    @classmethod
    def current(cls) -> Self:
        return cls(socket.gethostname(), _world(), os.getpid(), _started(os.getpid()) or 0)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `str()` wrote; None for anything else."""
        match text.split("/"):
            case [host, world, pid, started] if pid.isdecimal() and started.isdecimal():
                return cls(host, world, int(pid), int(started))
        return None

    def __str__(self) -> str:
        return f"{self.host}/{self.world}/{self.pid}/{self.started}"

    @property
    def is_dead(self) -> bool:
        """Whether it was a process of this world that is no more; of others nothing is known."""
        return bool(self.world) and self.world == _world() and _started(self.pid) != self.started


def _world() -> str:
    """Empty where this cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _started(pid: int) -> int | None:
    """When a process began, by /proc; None when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[19])
