"""Whether data comes to and from the GPUs as fast as it should with such GPUs."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.cuda import PROBE, Gpu, Weighed, judge_gpus, not_tried
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Status, Verdict


class Floor(Model):
    """The least that GPUs with such a name have to copy each way, in GB a second."""

    gpu: str
    least: float = Field(gt=0)


class Expect(Model):
    """Of the floors the first whose pattern fits the GPU's name counts, so the general ones come last."""

    floors: tuple[Floor, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return ", ".join(f"{floor.gpu} {floor.least:g} GB/s" for floor in self.floors)


class GpuBandwidth(Requirement):
    check: Literal["gpu-bandwidth"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, self._weigh, str(self.expect))

    def _weigh(self, gpu: Gpu) -> Weighed:
        copies = gpu.copies
        if copies is None:
            return not_tried(gpu, "nothing was copied")
        if copies.code != "ok":
            return copies.cause.status, str(copies)
        floor = next((each for each in self.expect.floors if fnmatchcase(gpu.name, each.gpu)), None)
        if floor is None:
            return Status.UNKNOWN, "how fast such a GPU has to copy is not known"
        if copies.to_device is None or copies.to_host is None:
            return Status.UNKNOWN, "how fast it copies was not told"
        words = f"{copies.to_device:g} GB/s to the GPU and {copies.to_host:g} GB/s back"
        if min(copies.to_device, copies.to_host) < floor.least:
            return Status.FAIL, f"{words}; needed with such a GPU: {floor.least:g} GB/s"
        return Status.PASS, words
