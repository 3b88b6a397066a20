"""Whether the kernel's log tells of errors (XIDs) of the GPUs."""

from collections.abc import Iterator
from functools import cache
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.nvml import PROBE, View, Xid, judge_views, without_gpu
from orchestrator.checks.verdicts import failed, listed, passed, skipped
from orchestrator.data import read_data
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_HOUR = 3600
_NOT_SEEN = (
    "no XID was seen, as the kernel's log cannot be read where the probe runs: there may have been some"
)


class Expect(Model):
    """For how many hours no XID that xids.yaml tells of may have been logged."""

    hours: int = Field(default=24, ge=1)

    def __str__(self) -> str:
        return f"no XID of a GPU or node in the last {self.hours} h"


class GpuXids(Requirement):
    check: Literal["gpu-xids"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_views(evidence, self._judge_log)

    def _judge_log(self, subject: Subject, view: View) -> Verdict:
        if no_gpu := without_gpu(subject, view):
            return no_gpu
        if view.xid.source is None:
            return skipped(subject, _NOT_SEEN)
        recent = [xid for xid in view.xid.seen if xid.seconds_ago <= self.expect.hours * _HOUR]
        known = [xid for xid in recent if xid.xid in _meanings()]
        seen = {"observed": [xid.model_dump() for xid in recent], "expected": str(self.expect)}
        if known:
            return failed(subject, listed([_words(xid, view) for xid in known], between="; "), **seen)
        others = f", but for {_numbers(recent)}, mostly of programs" if recent else ""
        message = f"no XID of a GPU was seen in the kernel's log of the last {self.expect.hours} h{others}"
        return passed(subject, message, **seen)


def _words(xid: Xid, view: View) -> str:
    gpu = next((str(gpu) for gpu in view.devices if (gpu.bus or "").startswith(xid.bus)), xid.bus)
    times = "" if xid.count == 1 else f", {xid.count} times"
    return f"{gpu}: XID {xid.xid}, {_meanings()[xid.xid]}{times}, last {_ago(xid.seconds_ago)} ago"


def _ago(seconds: int) -> str:
    hours, minutes = seconds // _HOUR, seconds // 60
    return f"{hours} h" if hours else f"{minutes} min"


def _numbers(xids: list[Xid]) -> str:
    return ", ".join(map(str, sorted({xid.xid for xid in xids})))


@cache
def _meanings() -> dict[int, str]:
    known: dict[int, str] = read_data("orchestrator.checks.nvidia", "xids.yaml")
    return known
