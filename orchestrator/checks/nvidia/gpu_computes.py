"""Whether the GPUs compute, and right to the last bit."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nvidia.cuda import PROBE, Gpu, Weighed, judge_gpus
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Status, Verdict


class Expect(Model):
    """Nothing to choose."""

    def __str__(self) -> str:
        return "every word is as a CPU computes it"


class GpuComputes(Requirement):
    check: Literal["gpu-computes"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, _weigh, str(self.expect), of_start=True)


def _weigh(gpu: Gpu) -> Weighed:
    alone = gpu.alone
    if alone.obstacle:
        return alone.obstacle
    if alone.code == "jit":
        return Status.WARN, f"no kernel could be run on it: {alone}"
    if alone.wrong is None:
        return Status.UNKNOWN, "what it computed was not told"
    if alone.wrong:
        return Status.FAIL, f"it computes wrong: {alone.wrong} words differ from the CPU's"
    return Status.PASS, "every result is right"
