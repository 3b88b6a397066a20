"""A probe that is told to stop, or dies: what it made on the volume goes all the same."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.probes.storage.nodes import Node, Nodes, files_in

PATIENCE = 30.0  # seconds
FOREVER = 600.0  # seconds for which the probe would look for the other node
HELLO = "a.hello.said"


def wait_until(volume: Path, *, there: bool) -> None:
    """Wait until the first message is there, or all is gone but what the user has."""
    deadline = time.monotonic() + PATIENCE
    while any(name.endswith(HELLO) for name in files_in(volume)) is not there or (
        not there and files_in(volume) != ["theirs.txt"]
    ):
        assert time.monotonic() < deadline, files_in(volume)
        time.sleep(0.01)


@pytest.mark.parametrize("to_all", [True, False])
def test_it_is_told_to_stop(nodes: Nodes, volume: Path, to_all: bool) -> None:
    one = Node("n1", volume)
    process = nodes.start(one, nodes.party(one, one, Node("n2", volume)) | {"meetWithin": FOREVER})
    wait_until(volume, there=True)
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGTERM)
    ended = nodes.end(one, process)
    wait_until(volume, there=False)
    assert (ended.code, ended.frame["stage"]) == (1, "meet")
    assert ended.frame["error"]["code"] == "terminated"
    assert ended.frame["data"]["owner"]["fileUser"] == os.geteuid()


def test_it_dies(nodes: Nodes, volume: Path) -> None:
    one = Node("n1", volume)
    process = nodes.start(one, nodes.party(one, one, Node("n2", volume)) | {"meetWithin": FOREVER})
    wait_until(volume, there=True)
    process.kill()
    assert nodes.end(one, process).frames == []
    wait_until(volume, there=False)
