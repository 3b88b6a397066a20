"""What a process costs, and fair comparisons of two of them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import IO, NamedTuple

PROGRAMS = "bench.programs"
ROOT = Path(__file__).resolve().parent.parent
PREFLIGHT = (sys.executable, "-m", "bench.programs.installed")


class BenchError(Exception):
    """A figure could not be measured."""


class Cost(NamedTuple):
    """What a process and those it waited for took; seconds, MiB at the highest, and what it printed."""

    cpu: float
    wall: float
    peak: float
    output: str


class Ratio(NamedTuple):
    """How one thing compares with another, as medians of alternating runs."""

    ours: float
    theirs: float

    @property
    def value(self) -> float:
        return self.ours / self.theirs


def program(name: str, *arguments: object) -> list[str]:
    """The command that runs one of `bench.programs`."""
    return [sys.executable, "-m", f"{PROGRAMS}.{name}", *map(str, arguments)]


def spend(command: Sequence[str], *, stdin: bytes = b"", allowed: tuple[int, ...] = (0,)) -> Cost:
    """Run a command to its end; BenchError when it exits with none of the `allowed` codes."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=given, stdout=out, stderr=err, cwd=ROOT)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            told = _text(err).strip()[-1000:]
            raise BenchError(f"{' '.join(command)} ended with exit code {process.returncode}: {told}")
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, _text(out))


def first_line(command: Sequence[str], *, stdin: bytes) -> Cost:
    """What a process takes until the first line on its stderr, which is what `output` holds."""
    with tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        start = time.perf_counter()
        with subprocess.Popen(  # noqa: S603
            command, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
        ) as process:
            line = process.stderr.readline() if process.stderr else b""
            cpu, wall = time.clock_gettime(_cpu_clock(process.pid)), time.perf_counter() - start
            process.kill()
    if not line:
        raise BenchError(f"{' '.join(command)} said nothing on stderr")
    return Cost(cpu, wall, 0, line.decode(errors="replace"))


def _cpu_clock(pid: int) -> int:
    """Linux's clock of the CPU time of another process (clock_getcpuclockid, which Python lacks)."""
    return ~pid << 3 | 2


def alternate(*runs: Callable[[], Cost], rounds: int) -> list[list[Cost]]:
    """The costs of each run, made in turn, so that what slows the machine for a while slows all of them."""
    costs: list[list[Cost]] = [[] for _ in runs]
    pairs = list(zip(runs, costs, strict=True))
    for number in range(rounds):
        for run, results in pairs if number % 2 == 0 else reversed(pairs):
            results.append(run())
    return costs


def compare(ours: Sequence[Cost], theirs: Sequence[Cost], of: Callable[[Cost], float]) -> Ratio:
    """The ratio of the medians of one kind of cost."""
    return Ratio(median(map(of, ours)), median(map(of, theirs)))


def cpu_of(cost: Cost) -> float:
    return cost.cpu


def wall_of(cost: Cost) -> float:
    return cost.wall


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
