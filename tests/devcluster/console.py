"""Runs commands, and tells on stderr what is being done and how long it took."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class DevclusterError(RuntimeError):
    """Something that the cluster needs did not work; the message names it and ends with its output."""


def note(text: str) -> None:
    """Write one progress line to stderr."""
    sys.stderr.write(f"devcluster: {text}\n")
    sys.stderr.flush()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell the duration of a step once it has succeeded."""
    begun = time.monotonic()
    yield
    note(f"{what} ({time.monotonic() - begun:.1f} s)")


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    timeout: float = 600,
) -> str:
    """Run a command to its end and return its stdout.

    Raises DevclusterError with the tail of its output when it fails or outlasts `timeout` seconds.
    """
    try:
        done = subprocess.run(argv, cwd=cwd, env=env, input=stdin, capture_output=True, timeout=timeout)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DevclusterError(f"{argv[0]} did not run: {error}") from error
    if done.returncode != 0:
        output = tail((done.stdout + done.stderr).decode(errors="replace"))
        raise DevclusterError(f"'{' '.join(argv)[:300]}' ended with exit code {done.returncode}:\n{output}")
    return done.stdout.decode(errors="replace")


def tail(text: str, lines: int = 20) -> str:
    """Return the last lines of a text."""
    return "\n".join(text.splitlines()[-lines:])
