"""How soon `--help` is there: compared with an empty application of the same framework."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.measure import Measure
from bench.timing import PREFLIGHT, ROOT, alternate, compare, cpu_of, spend

_ROUNDS = 11
_LIMIT = 1.3
_HEAVY = frozenset({"azure", "boto3", "botocore", "google", "jinja2", "kubernetes", "urllib3"})
_EMPTY = """\
import rich
import typer

app = typer.Typer()


@app.command()
def main() -> None:
    pass


if __name__ == "__main__":
    app()
"""


def measure() -> Iterator[Measure]:
    """CPU time of `--help`, and what it imports that it has no use for."""
    help_ = [*PREFLIGHT, "--help"]
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(_EMPTY)
        baseline = [sys.executable, str(empty), "--help"]
        ours, theirs = alternate(partial(spend, help_), partial(spend, baseline), rounds=_ROUNDS)
    cpu = compare(ours, theirs, cpu_of)
    detail = f"{cpu.ours * 1000:.0f} ms of CPU; empty Typer app: {cpu.theirs * 1000:.0f} ms"
    yield Measure("CPU, times an empty Typer app's", cpu.value, "x", _LIMIT, detail)
    heavy = sorted(_HEAVY & imported(help_))
    yield Measure("cloud SDKs, clients, templates imported", len(heavy), "", 0, ", ".join(heavy))


def imported(command: list[str]) -> set[str]:
    """The top-level packages that a Python command imports."""
    interpreter, *arguments = command
    timed = [interpreter, "-X", "importtime", *arguments]
    run = subprocess.run(timed, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
