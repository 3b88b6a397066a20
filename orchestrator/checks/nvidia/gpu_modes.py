"""Whether GPUs are in modes in which they can be shared, and no change of a mode waits for a reset."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nvidia.nvml import PROBE, Gpu, faulty, judge_gpus
from orchestrator.checks.verdicts import passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_FACTS = ("mig", "ecc", "computeMode")
_STATES = {True: "on", False: "off"}


class Expect(Model):
    """The compute mode of every GPU; only in `default` can more than one process use it."""

    compute_mode: str = "default"

    def __str__(self) -> str:
        return f"compute mode {self.compute_mode}, and no change of MIG or ECC that waits for a reset"


class GpuModes(Requirement):
    check: Literal["gpu-modes"]
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
        if not all(gpu.compute_mode for gpu in gpus):
            return unknown(subject, "NVML does not tell the compute mode of every GPU", **seen)
        divided = sum(gpu.mig is not None and gpu.mig.current for gpu in gpus)
        mig = f"MIG is on on {divided} of {len(gpus)} GPUs" if divided else "MIG is off"
        return passed(subject, f"compute mode {self.expect.compute_mode}, {mig}, no change waits", **seen)

    def _problems(self, gpu: Gpu) -> Iterator[str]:
        if gpu.compute_mode and gpu.compute_mode != self.expect.compute_mode:
            yield f"compute mode {gpu.compute_mode}"
        for name, switch in (("MIG", gpu.mig), ("ECC", gpu.ecc)):
            if switch and switch.current != switch.pending:
                now, then = _STATES[switch.current], _STATES[switch.pending]
                yield f"{name} is {now}, and {then} after the next reset"
