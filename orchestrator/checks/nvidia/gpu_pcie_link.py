"""Whether GPUs are connected by all the lanes, and under load at the speed, that their PCIe link can have."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.nvml import PROBE, Gpu, Pcie, faulty, judge_gpus
from orchestrator.checks.verdicts import passed, skipped
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_EXPECTED = "every PCIe link as wide, and under load of the generation, that GPU and slot can have"


class Expect(Model):
    """From which utilization on, in per cent, a GPU is under load: the link of one that idles slows down."""

    load: int = Field(default=10, ge=1, le=100)

    def __str__(self) -> str:
        return f"{_EXPECTED} (load: {self.load} % and more)"


class GpuPcieLink(Requirement):
    check: Literal["gpu-pcie-link"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, self._judge_gpus)

    def _judge_gpus(self, subject: Subject, gpus: tuple[Gpu, ...]) -> Verdict:
        links = [(gpu, gpu.pcie) for gpu in gpus if gpu.pcie]
        problems = [problem for gpu, link in links if (problem := self._problem(gpu, link))]
        seen = {"observed": dict(Counter(str(link) for _, link in links)), "expected": str(self.expect)}
        if verdict := faulty(subject, problems, gpus, ("pcie",), **seen):
            return verdict
        if not links:
            return skipped(subject, "does not apply: its GPUs tell of no PCIe link")
        return passed(subject, _words(links, len(gpus)), **seen)

    def _problem(self, gpu: Gpu, link: Pcie) -> str | None:
        if link.width < link.max_width:
            return f"{gpu} is connected by {link.width} of {link.max_width} lanes"
        if link.slow and self._loaded(gpu):
            speed = f"generation {link.generation} of {link.max_generation}"
            return f"the link of {gpu} is of {speed} under load ({gpu.utilization} %)"
        return None

    def _loaded(self, gpu: Gpu) -> bool:
        return gpu.utilization is not None and gpu.utilization >= self.expect.load


def _words(links: list[tuple[Gpu, Pcie]], gpus: int) -> str:
    idle = sum(link.slow for _, link in links)
    speed = f"; the speed of {idle} was not judged, as they idle" if idle else ", at full speed"
    return f"{len(links)} of {gpus} GPUs are connected by all their lanes{speed}"
