"""The errors of NVIDIA's driver in the kernel's log, in the forms in which its versions write them."""

import os
import time
from pathlib import Path

import pytest
import xid
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.conftest import Json

NOT_SEEN: Json = {"seen": [], "source": None}
ORDINARY = "6,339,5140900,-;NET: Registered protocol family 10\n SUBSYSTEM=net\n"


def record(seconds_ago: int, text: str) -> str:
    """A record as /dev/kmsg gives it: its time is since the boot, in microseconds."""
    return f"3,1234,{(int(time.monotonic()) - seconds_ago) * 1_000_000},-;{text}\n"


def seen(tmp_path: Path, *records: str) -> list[tuple[str, int, int]]:
    """Bus, number and count of each."""
    log = tmp_path / "kmsg"
    log.write_text("".join(records))
    found = xid.observe_xids(str(log))
    assert found["source"] == "kmsg"
    return [(each["bus"], each["xid"], each["count"]) for each in found["seen"]]


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    assert xid.observe_xids(str(tmp_path / "kmsg")) == NOT_SEEN


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    assert xid.observe_xids(str(tmp_path)) == NOT_SEEN


def test_a_log_without_errors(tmp_path: Path) -> None:
    assert seen(tmp_path, ORDINARY) == []


@pytest.mark.parametrize(
    ("text", "bus", "number"),
    [
        ("NVRM: Xid (PCI:0000:17:00): 79, pid=1234, GPU has fallen off the bus.", "0000:17:00", 79),
        ("NVRM: Xid (PCI:0000:B7:00): 63, pid='<unknown>', Row Remapper: New row", "0000:b7:00", 63),
        ("NVRM: Xid (PCI:0000:3b:00.0): 119, Timeout waiting for RPC from GSP!", "0000:3b:00", 119),
        ("NVRM: Xid (PCI:0000:04:00 GPU-I:05): 94, pid=7, Contained: CE User Channel", "0000:04:00", 94),
    ],
)
def test_one_error(tmp_path: Path, text: str, bus: str, number: int) -> None:
    assert seen(tmp_path, ORDINARY, record(5, text), ORDINARY) == [(bus, number, 1)]


def test_errors_are_counted_and_the_last_ones_come_first(tmp_path: Path) -> None:
    lost, row = "NVRM: Xid (PCI:0000:17:00): 79, lost", "NVRM: Xid (PCI:0000:17:00): 63, row"
    found = seen(tmp_path, record(900, lost), record(30, row), record(60, lost), record(600, lost))
    assert found == [("0000:17:00", 63, 1), ("0000:17:00", 79, 3)]


def test_how_long_ago_the_last_one_was(tmp_path: Path) -> None:
    log = tmp_path / "kmsg"
    log.write_text(
        record(120, "NVRM: Xid (PCI:0000:17:00): 48, ECC")
        + record(100, "NVRM: Xid (PCI:0000:17:00): 48, ECC")
    )
    (one,) = xid.observe_xids(str(log))["seen"]
    assert 100 <= one["secondsAgo"] <= 110


def test_many_errors_stay_a_small_answer(tmp_path: Path) -> None:
    records = [record(number, f"NVRM: Xid (PCI:0000:17:00): {number}, x") for number in range(100)]
    assert len(seen(tmp_path, *records)) == xid.MOST_KINDS


def test_reading_ends_where_the_log_does_and_waits_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "kmsg"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.write(descriptor, ORDINARY.encode())
        assert xid.read_kmsg(str(path)) == ORDINARY
    finally:
        os.close(descriptor)


@given(junk=st.binary(max_size=300))
def test_junk_is_no_error(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    log = tmp_path_factory.mktemp("junk") / "kmsg"
    log.write_bytes(b"3,1,5,-;NVRM: Xid (PCI:" + junk)
    assert xid.observe_xids(str(log))["source"] == "kmsg"
