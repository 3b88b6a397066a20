"""Whether GPUs are whole, not divided by MIG."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nvidia.nvml import PROBE, Gpu, faulty, judge_gpus
from orchestrator.checks.verdicts import passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_EXPECTED = "no GPU divided by MIG"


class Expect(Model):
    """Nothing to tune: MIG is on or off."""


class GpuUndivided(Requirement):
    check: Literal["gpu-undivided"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, _judge_gpus)


def _judge_gpus(subject: Subject, gpus: tuple[Gpu, ...]) -> Verdict:
    """A GPU that does not know MIG cannot be divided by it."""
    divided = [f"{gpu} is divided by MIG" for gpu in gpus if gpu.mig and gpu.mig.current]
    seen = {"observed": {"divided": len(divided), "gpus": len(gpus)}, "expected": _EXPECTED}
    if verdict := faulty(subject, divided, gpus, ("mig",), **seen):
        return verdict
    return passed(subject, f"{len(gpus)} of {len(gpus)} GPUs are whole", **seen)
