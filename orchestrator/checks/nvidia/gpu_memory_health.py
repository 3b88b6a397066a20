"""Whether the memory of GPUs is sound: no error that ECC could not correct, no page or row to be replaced."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.nvml import PROBE, Gpu, faulty, judge_gpus
from orchestrator.checks.verdicts import passed, skipped
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_FACTS = ("uncorrected", "remapped", "retiredPending")


class Expect(Model):
    """How many errors since the driver was loaded ECC may have failed to correct, on any one GPU."""

    uncorrected: int = Field(default=0, ge=0)

    def __str__(self) -> str:
        most = self.uncorrected or "no"
        return f"on each GPU {most} uncorrected errors, and nothing of its memory to be replaced"


class GpuMemoryHealth(Requirement):
    check: Literal["gpu-memory-health"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, self._judge_gpus)

    def _judge_gpus(self, subject: Subject, gpus: tuple[Gpu, ...]) -> Verdict:
        problems = [f"{gpu}: {', '.join(found)}" for gpu in gpus if (found := list(self._problems(gpu)))]
        seen = {"observed": problems, "expected": str(self.expect)}
        if verdict := faulty(subject, problems, gpus, _FACTS, **seen):
            return verdict
        telling = [gpu for gpu in gpus if _tells(gpu)]
        if not telling:
            return skipped(subject, "does not apply: none of its GPUs keeps account of errors of its memory")
        return passed(subject, f"the memory of {len(telling)} of {len(gpus)} GPUs is sound", **seen)

    def _problems(self, gpu: Gpu) -> Iterator[str]:
        if gpu.uncorrected and gpu.uncorrected.volatile > self.expect.uncorrected:
            yield f"uncorrected errors since the driver was loaded: {gpu.uncorrected.volatile}"
        if gpu.remapped and gpu.remapped.failed:
            yield "a bad row could not be remapped, the GPU has to be replaced"
        if gpu.remapped and gpu.remapped.pending:
            yield "a bad row waits for a reset to be remapped"
        if gpu.retired_pending:
            yield "a bad page waits for a reset to be retired"


def _tells(gpu: Gpu) -> bool:
    """A GPU with ECC switched off counts no errors."""
    return not (gpu.uncorrected is None and gpu.remapped is None and gpu.retired_pending is None)
