"""Whether several processes hold all of a GPU's memory between them, each its part, and find it unharmed."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.cuda import PROBE, FailedShare, Gpu, Shares, Weighed, judge_gpus, not_tried
from orchestrator.checks.verdicts import listed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Status, Verdict


class Expect(Model):
    """How much of the GPU's memory the processes have to hold between them, 1 being all of it."""

    held: float = Field(default=0.75, gt=0, le=1)

    def __str__(self) -> str:
        return f"the processes hold {self.held:.0%} of the memory or more between them, unharmed"


class GpuShares(Requirement):
    check: Literal["gpu-shares"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, self._weigh, str(self.expect))

    def _weigh(self, gpu: Gpu) -> Weighed:
        shares = gpu.shares
        if shares is None:
            return not_tried(gpu, "it was not shared")
        if shares.failed:
            return _failures(shares)
        if shares.mib is None or shares.wrong is None:
            return Status.UNKNOWN, "what its processes held was not told"
        if shares.wrong:
            return Status.FAIL, f"{shares.wrong} words of its {shares.of} processes are wrong"
        held = f"{shares.of} processes held {shares.mib} MiB each of {gpu.total_mib} MiB at once"
        if shares.of * shares.mib < self.expect.held * gpu.total_mib:
            return Status.FAIL, f"no more could be had: {held}; needed: {self.expect}"
        return Status.PASS, held


def _failures(shares: Shares) -> Weighed:
    """Of processes that failed alike only the first is told."""
    alike: dict[str, list[FailedShare]] = {}
    for each in shares.failed:
        alike.setdefault(str(each), []).append(each)
    told = [f"process {', '.join(str(one.share) for one in all_)}: {words}" for words, all_ in alike.items()]
    words = f"{len(shares.failed)} of {shares.of} processes fail: {listed(told, most=2, between='; ')}"
    ours = all(each.code == "crashed" for each in shares.failed)
    return Status.UNKNOWN if ours else Status.FAIL, words
