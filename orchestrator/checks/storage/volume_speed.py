"""Whether small files on a shared volume are made in time, and large ones read."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.storage.volume import PROBE, Seen
from orchestrator.checks.storage.volume_verdicts import judge_pair, not_told
from orchestrator.checks.verdicts import passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict


class Expect(Model):
    """Milliseconds for a small file, in the median, and megabytes a second for what another node wrote."""

    small_file_ms: float = Field(gt=0)
    read_mb_per_s: float = Field(gt=0, alias="readMBPerS")

    def __str__(self) -> str:
        return f"{self.small_file_ms:g} ms or less a small file, {self.read_mb_per_s:g} MB/s or more read"


class VolumeSpeed(Requirement):
    check: Literal["volume-speed"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_pair(evidence, self._judge_node)

    def _judge_node(self, subject: Subject, seen: Seen) -> Verdict:
        small, stream, expect = seen.small_files, seen.stream, self.expect
        if small is None or stream is None:
            return not_told(subject, seen, ("stream",), "its speed was not tried")
        figures = (
            f"a small file takes {small.create.p50_ms:.1f} ms (99 of 100 at most {small.create.p99_ms:.1f}), "
            f"{stream.write:.0f} MB/s are written and {stream.read:.0f} MB/s read"
        )
        told = {
            "observed": {"smallFile": small.create.model_dump(), **stream.model_dump()},
            "expected": str(expect),
        }
        slow = small.create.p50_ms > expect.small_file_ms or stream.read < expect.read_mb_per_s
        return warned(subject, f"it is slow: {figures}", **told) if slow else passed(subject, figures, **told)
