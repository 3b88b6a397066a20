"""A storage server that is gone, as the kernel makes it felt: who waits for it cannot be killed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import silent
from tests.probes.storage.nodes import Node, Nodes, trouble

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """No cluster takes part."""


@pytest.fixture
def silent_volume(tmp_path: Path) -> Iterator[Path]:
    """A volume that is mounted, and then answers nothing."""
    folder = tmp_path / "volume"
    folder.mkdir()
    command = [sys.executable, silent.__file__, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "mounted\n"
        yield folder
        server.kill()
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_process_that_cannot_be_killed_is_told_and_not_waited_for(
    silent_volume: Path, tmp_path: Path
) -> None:
    begun = time.monotonic()
    data = Nodes(tmp_path, tmp_path).single(Node("n1", silent_volume), silence=2.0)
    assert data["trouble"] == trouble("space", "statvfs", "hang", "statvfs did not return in 2 s")
    assert (data["mount"]["type"], data["mount"]["source"]) == ("fuse", "silent")
    assert time.monotonic() - begun < 20
