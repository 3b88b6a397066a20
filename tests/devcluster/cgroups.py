"""One cgroup for the whole cluster: nothing that it started can get out of it."""

import contextlib
import os
import signal
import time
from pathlib import Path

from tests.devcluster.console import DevclusterError

NAME = "devcluster"
_MOUNTS = Path("/sys/fs/cgroup")
_ENTER_SCRIPT = f'for tasks in {_MOUNTS}/*/{NAME}/cgroup.procs; do echo $$ > "$tasks"; done; exec "$@"'
ENTER = ("sh", "-c", _ENTER_SCRIPT, "sh")  # put before a command
_TIMEOUT = 20  # seconds
_POLL = 0.05  # seconds


def create(group: str = NAME) -> None:
    """Create a group, such as devcluster/node-1, in every controller."""
    for controller in _controllers():
        folder = controller / group
        folder.mkdir(exist_ok=True)
        if controller.name == "cpuset":
            for setting in ("cpuset.cpus", "cpuset.mems"):
                (folder / setting).write_text((folder.parent / setting).read_text())


def kill_all() -> None:
    """Kill every process of the cluster: daemons, container shims and containers."""
    deadline = time.monotonic() + _TIMEOUT
    while pids := _members():
        if time.monotonic() > deadline:
            raise DevclusterError(f"processes {sorted(pids)} do not end, not even by SIGKILL")
        for pid in pids:
            _kill(pid)
        time.sleep(_POLL)


def remove() -> None:
    """Remove the group, with all that is in it, from every controller."""
    groups = [controller / NAME for controller in _controllers()]
    deadline = time.monotonic() + _TIMEOUT
    while left := [group for group in groups if group.exists()]:
        if time.monotonic() > deadline:
            raise DevclusterError(f"the cgroups {', '.join(map(str, left))} cannot be removed: still in use")
        for group in left:
            _remove_tree(group)
        time.sleep(_POLL)


def _controllers() -> list[Path]:
    """Return the hierarchies of version 1, and that of version 2 where it is mounted beside them."""
    found = {folder.resolve() for folder in _MOUNTS.iterdir() if (folder / "cgroup.procs").exists()}
    if not found:
        raise DevclusterError(f"no cgroup version 1 controller is mounted under {_MOUNTS}")
    return sorted(found)


def _members() -> set[int]:
    """Return the processes of the group in any controller: a container may have left it in some."""
    files = (file for controller in _controllers() for file in (controller / NAME).rglob("cgroup.procs"))
    return {int(pid) for file in files for pid in file.read_text().split()} - {0}


def _remove_tree(group: Path) -> None:
    with contextlib.suppress(OSError):  # a process may take a moment to leave its group after its end
        for folder, _, _ in os.walk(group, topdown=False):
            Path(folder).rmdir()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
