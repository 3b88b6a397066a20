"""What a probe tells people, on stderr: first of all what it is about to observe."""

from __future__ import annotations

import os
import sys


def run_and_target() -> tuple[str, str]:
    """Whose run this is and what the probe is run on, as the environment has it."""
    target = os.environ.get("RUNAI_PREFLIGHT_TARGET") or os.uname().nodename
    return os.environ.get("RUNAI_PREFLIGHT_RUN", "local"), target


def announce(probe: str) -> None:
    """Tell who observes what; a program calls it before it imports what takes longer than to say so."""
    run, target = run_and_target()
    say(f"{probe}: observing {target}, run {run}")


def say(line: str) -> None:
    """Tell a person, if there is one to hear it."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except OSError:
        return  # nobody listens there
