"""One node and its volume: what it tells where all is well, and where calls fail, hang or lie."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.probes.conftest import Ended, Json
from tests.probes.storage.nodes import Node, Nodes, files_in, trouble

HANG = 3.0  # seconds


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("mkdir=EROFS", trouble("folder", "mkdir", "EROFS", "Read-only file system")),
        ("mkdir/-r1/=EACCES", trouble("folder", "mkdir", "EACCES", "Permission denied")),
        ("open=EACCES", trouble("write", "create", "EACCES", "Permission denied")),
        ("write=ENOSPC", trouble("write", "write", "ENOSPC", "No space left on device")),
        ("write=EDQUOT", trouble("write", "write", "EDQUOT", "Disk quota exceeded")),
        ("fsync=EIO", trouble("write", "fsync", "EIO", "Input/output error")),
        ("fsync/small=EIO", trouble("small-files", "fsync", "EIO", "Input/output error")),
        ("rename=EIO", trouble("write", "rename", "EIO", "Input/output error")),
        ("read=ESTALE", trouble("read", "read", "ESTALE", "Stale file handle")),
        ("write=damage", trouble("read", "read", "damaged", "a file does not hold what was written to it")),
        ("fsync=kill", trouble("write", "fsync", "died", "the process was killed by signal 9")),
    ],
)
def test_a_call_fails(nodes: Nodes, volume: Path, fault: str, expected: Json) -> None:
    data = nodes.single(Node("n1", volume, fault))
    assert data["trouble"] == expected
    assert data.get("removed", True) == (expected["code"] != "died")
    assert expected["code"] == "died" or files_in(volume) == ["theirs.txt"]


@pytest.mark.parametrize(
    ("call", "stage", "operation"), [("fsync", "write", "fsync"), ("rename", "write", "rename")]
)
def test_a_call_hangs(nodes: Nodes, volume: Path, call: str, stage: str, operation: str) -> None:
    data = nodes.single(Node("n1", volume, f"{call}=hang"), silence=HANG)
    assert data["trouble"] == trouble(stage, operation, "hang", f"{operation} did not return in 3 s")
    assert data["removed"] is False


def test_what_cannot_be_removed_is_told(nodes: Nodes, volume: Path) -> None:
    data = nodes.single(Node("n1", volume, "unlink=EACCES"))
    assert data["trouble"] == trouble("small-files", "unlink", "EACCES", "Permission denied")
    assert data["removed"] is False


def test_there_is_no_volume(nodes: Nodes, tmp_path: Path) -> None:
    data = nodes.single(Node("n1", tmp_path / "nowhere"))
    assert data == {
        "role": "single",
        "trouble": trouble("mount", "stat", "ENOENT", "No such file or directory"),
    }


def test_files_that_are_nobody_s(nodes: Nodes, volume: Path) -> None:
    data = nodes.single(Node("n1", volume, "fstat=squash"))
    own = {"user": os.geteuid(), "group": os.getegid()}
    assert data["owner"] == {**own, "fileUser": 65534, "fileGroup": 65534}


def test_files_that_are_of_another_time(nodes: Nodes, volume: Path) -> None:
    data = nodes.single(Node("n1", volume, "fstat=late"))
    assert data["mtime"]["aheadSeconds"] == pytest.approx(120, abs=30)


def test_a_healthy_volume(nodes: Nodes, volume: Path) -> None:
    data = nodes.single(Node("n1", volume))
    space = os.statvfs(volume)
    assert list(data) == ["role", "mount", "space", "removed", "mtime", "owner", "smallFiles"]
    assert (data["role"], data["removed"]) == ("single", True)
    assert data["space"]["totalBytes"] == space.f_blocks * space.f_frsize
    assert data["owner"]["fileUser"] == os.geteuid()
    assert str(volume).startswith(data["mount"]["point"])
    assert 1 <= data["smallFiles"]["files"] <= 5
    assert set(data["smallFiles"]["fsync"]) == {"p50Ms", "p99Ms"}
    assert files_in(volume) == ["theirs.txt"]


def test_a_volume_behind_a_link(nodes: Nodes, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(volume)
    assert nodes.single(Node("n1", tmp_path / "link"))["removed"] is True
    assert files_in(volume) == ["theirs.txt"]


def test_a_role_that_there_is_not(run_probe: Callable[..., Ended]) -> None:
    assert run_probe("storage", {"role": "both"}).frame["error"] == {
        "code": "bad-parameters",
        "message": "parameter 'role' must be single or pair",
    }
