"""The kernel's settings that a cluster changes, kept before and put back after."""

import json
from pathlib import Path

from tests.devcluster.layout import RUN

_SETTINGS = ("net/ipv4/ip_forward", "vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops")
_ROOT = Path("/proc/sys")
_SAVED = RUN / "sysctls.json"


def save() -> None:
    """Remember the settings as they are."""
    _SAVED.write_text(json.dumps({name: (_ROOT / name).read_text() for name in _SETTINGS}))


def restore() -> None:
    """Put back what was remembered, if anything was."""
    if _SAVED.exists():
        for name, value in json.loads(_SAVED.read_text()).items():
            (_ROOT / name).write_text(value)
