"""The parts of the storage probe: mounts, messages, times, and the child that does what may hang."""

import os
import signal
import threading
import time

import pytest
from forked import Child, Teller, Trouble
from meeting import SIZE, seal, unseal
from mounts import mount_of, space_of
from sharing import Sample, clock
from speed import quantiles

NFS = "101 90 0:55 / /volume rw,relatime shared:3 - nfs4 nas:/a\\040b vers=4.2,hard,proto=tcp,addr=10.0.0.9"
ROOT = "30 1 254:0 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter/1/fs"
CIFS = "102 90 0:56 / /volume/smb rw - cifs //me:p@nas/x rw,username=me,password2=p,domain=d,vers=3.1.1"


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("/volume", [], None),
        ("/volume", ["garbage", "1 2 - ext4 x"], None),
        ("/volumes", [ROOT, NFS], {"type": "overlay", "source": "overlay", "point": "/", "options": ["rw"]}),
        (
            "/volume/x",
            [NFS, ROOT],
            {
                "type": "nfs4",
                "source": "nas:/a b",
                "point": "/volume",
                "options": ["rw", "relatime", "vers=4.2", "hard", "proto=tcp"],
            },
        ),
        (
            "/volume/smb",
            [NFS, CIFS],
            {"type": "cifs", "source": "//nas/x", "point": "/volume/smb", "options": ["rw", "vers=3.1.1"]},
        ),
        (
            "/volume",
            [NFS, "103 90 8:1 / /volume ro - ext4 /dev/sda1 rw"],
            {"type": "ext4", "source": "/dev/sda1", "point": "/volume", "options": ["ro", "rw"]},
        ),
    ],
)
def test_the_mount_of_a_path(path: str, lines: list[str], expected: object) -> None:
    assert mount_of(path, "\n".join(lines)) == expected


def test_space_of_a_file_system_that_counts_no_files() -> None:
    found = os.statvfs_result((4096, 1024, 1000, 500, 400, 0, 0, 0, 0, 255))
    assert space_of(found) == {
        "totalBytes": 1024000,
        "freeBytes": 409600,
        "totalFiles": None,
        "freeFiles": None,
    }


@pytest.mark.parametrize("content", [b"", b"x" * SIZE, seal({})[:-1], seal({"a": 1}).replace(b"1", b"2")])
def test_a_message_that_is_not_whole(content: bytes) -> None:
    assert unseal(content) is None


def test_a_message() -> None:
    assert len(seal({"a": 1})) == SIZE
    assert unseal(seal({"a": 1})) == {"a": 1}


def test_clocks_by_the_message_that_was_fastest() -> None:
    slow = Sample(100.0, {"seen": 190.0, "sent": 191.0}, 103.0)
    fast = Sample(200.0, {"seen": 290.1, "sent": 290.2}, 200.3)
    assert (round(slow.way, 6), round(slow.ahead, 6)) == (1.0, 89.0)
    assert clock([slow, fast]) == {"aheadSeconds": 90.0, "uncertaintySeconds": 0.1}


@pytest.mark.parametrize(
    ("seconds", "p50", "p99"),
    [([0.002], 2.0, 2.0), ([0.003, 0.001], 1.0, 3.0), ([n / 1000 for n in range(101)], 50.0, 99.0)],
)
def test_quantiles(seconds: list[float], p50: float, p99: float) -> None:
    assert quantiles(seconds) == {"p50Ms": p50, "p99Ms": p99}


def trouble_of(work: object, silence: float = 20.0, limit: float = 20.0) -> Trouble:
    """What stops this child."""
    with pytest.raises(Trouble) as caught:
        list(Child(work, silence, limit).facts())  # type: ignore[arg-type]
    return caught.value


def test_a_child_that_cannot_be_killed_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))

    def hang(teller: Teller) -> None:
        teller.stage("sleeping")
        teller.call("pause", signal.pause)

    assert trouble_of(hang, silence=0.2).told() == {
        "stage": "sleeping",
        "operation": "pause",
        "code": "hang",
        "message": "pause did not return in 0.2 s",
    }
    monkeypatch.undo()
    (pid,) = killed
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_child_that_is_slow_but_alive() -> None:
    def crawl(teller: Teller) -> None:
        teller.stage("crawling")
        while True:
            teller.call("nap", time.sleep, 0.02)

    trouble = trouble_of(crawl, limit=0.5)
    assert (trouble.code, str(trouble)) == ("slow", "crawling was not over 0.5 s after the start")


def test_a_child_that_has_a_bug() -> None:
    def stumble(_: Teller) -> None:
        raise KeyError("x")

    trouble = trouble_of(stumble)
    assert (trouble.code, str(trouble)) == ("internal", "KeyError: 'x'")


def test_a_child_tells_all_that_it_finds() -> None:
    def find(teller: Teller) -> None:
        teller.stage("looking")
        teller.fact("big", "x" * 200_000)
        teller.fact("small", [1])

    told = list(Child(find, 20.0, 20.0).facts())
    assert told == [("looking", "", None), ("looking", "big", "x" * 200_000), ("looking", "small", [1])]


def test_a_child_begun_in_a_thread() -> None:
    told: list[object] = []

    def run() -> None:
        told.extend(Child(lambda teller: teller.fact("pid", os.getpid()), 20.0, 20.0).facts())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert len(told) == 1
    assert told != [("", "pid", os.getpid())]
