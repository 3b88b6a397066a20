"""The errors (XIDs) that NVIDIA's driver wrote into the kernel's log: NVML keeps no history of them."""

from __future__ import annotations

import os
import re
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

KMSG = "/dev/kmsg"
CHUNK = 8192  # bytes; more than a record has
MOST_RECORDS = 200_000
MOST_KINDS = 12  # of one GPU and one number each; the answer is small
XID = re.compile(r"^\d+,\d+,(\d+),.*?NVRM: Xid \(PCI:([0-9a-fA-F:]+)[^)\n]*\): (\d+)", re.MULTILINE)


def observe_xids(path: str = KMSG) -> Json:
    """Those that the kernel's log still holds; without a `source` it could not be read, which is not none."""
    try:
        log = read_kmsg(path)
    except OSError:
        return {"seen": [], "source": None}
    found: dict[tuple[str, int], list[int]] = {}
    for microseconds, bus, number in XID.findall(log):
        found.setdefault((bus.lower(), int(number)), []).append(int(microseconds) // 1_000_000)
    uptime = int(time.monotonic())
    seen = [
        {"bus": bus, "xid": number, "count": len(times), "secondsAgo": max(uptime - max(times), 0)}
        for (bus, number), times in found.items()
    ]
    return {"seen": sorted(seen, key=_age)[:MOST_KINDS], "source": "kmsg"}


def _age(entry: Json) -> int:
    age: int = entry["secondsAgo"]
    return age


def read_kmsg(path: str) -> str:
    """The log as it is now: reading goes on at the oldest record when some were overwritten meanwhile."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    records: list[bytes] = []
    try:
        while len(records) < MOST_RECORDS:
            try:
                record = os.read(descriptor, CHUNK)
            except BrokenPipeError:
                continue
            except BlockingIOError:
                break
            if not record:
                break
            records.append(record)
    finally:
        os.close(descriptor)
    return b"".join(records).decode("utf-8", "replace")
