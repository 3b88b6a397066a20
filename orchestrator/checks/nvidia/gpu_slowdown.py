"""Whether processes that compute on one GPU at once slow each other down no more than sharing it costs."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.cuda import PROBE, Gpu, Weighed, judge_gpus, not_tried
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Status, Verdict


class Expect(Model):
    """By how much N processes may be slower than N times one alone, 1 being as much again."""

    over: float = Field(default=0.2, ge=0)

    def __str__(self) -> str:
        return f"N processes take at most {1 + self.over:g} N times as long as one"


class GpuSlowdown(Requirement):
    check: Literal["gpu-slowdown"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, self._weigh, str(self.expect))

    def _weigh(self, gpu: Gpu) -> Weighed:
        shares = gpu.shares
        if shares is None:
            return not_tried(gpu, "it was not shared")
        if shares.slowdown is None:
            return Status.UNKNOWN, "its processes did not compute at the same time"
        words = f"{shares.of} processes at once take {shares.slowdown:g} times as long as one"
        if shares.slowdown > shares.of * (1 + self.expect.over):
            return Status.FAIL, f"{words}; needed: at most {shares.of * (1 + self.expect.over):g} times"
        return Status.PASS, words
