"""Whether pods with fractions of one GPU share it as promised: the same GPU, each its part, all at once."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.fractions import AFTER, PROBE, Group, Share, judge_groups
from orchestrator.checks.verdicts import failed, listed, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Verdict


class Expect(Model):
    """In per cent of a share: how far off a pod may be told that it is, and how much it must come to fill."""

    tolerance: int = Field(default=5, ge=0, le=100)
    filled: int = Field(default=80, ge=0, le=100)

    def __str__(self) -> str:
        return f"one GPU for all, shares as promised ± {self.tolerance} %, filled at once and verified"


class GpuFractions(Requirement):
    check: Literal["gpu-fractions"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_groups(evidence, self._judge_group)

    def _judge_group(self, group: Group) -> Verdict:
        problems = list(self._problems(group.shares))
        gpus = sorted({gpu for share in group.shares.values() for gpu in share.gpus})
        mib = {name: share.filled_mib for name, share in group.shares.items()}
        seen = {"observed": {"gpus": gpus, "filledMib": mib}, "expected": str(self.expect)}
        if problems:
            return failed(group.subject, listed(problems, between="; "), **seen)
        if group.owing:
            return group.unknown()
        if unclear := [name for name, share in group.shares.items() if not share.verified]:
            return unknown(group.subject, f"{listed(unclear)}: the test did not come to its end", **seen)
        each = f"{len(group.shares)} pods with {next(iter(group.shares.values())).share_mib} MiB each"
        return passed(group.subject, f"{each} share one GPU, filled at once and verified", **seen)

    def _problems(self, shares: dict[str, Share]) -> Iterator[str]:
        """What is not as promised: of all the pods together, then of each."""
        if len({share.gpus for share in shares.values() if share.gpus}) > 1:
            yield "the pods are not on the same GPU"
        for name, share in shares.items():
            yield from (f"{name}: {problem}" for problem in self._problems_of(share))

    def _problems_of(self, share: Share) -> Iterator[str]:
        if len(share.gpus) > 1:
            yield f"it sees {len(share.gpus)} GPUs"
        if share.failed and share.failed.step not in AFTER:
            yield str(share.failed)
        told = share.told_mib
        if told is not None and abs(told - share.share_mib) > self._part(self.expect.tolerance, share):
            yield f"it is told of {told} MiB, promised are {share.share_mib} MiB"
        if share.refused:
            filled = f"{share.filled_mib} MiB of its {share.share_mib} MiB"
            yield f"it could fill only {filled}: {share.refused.event}"
        elif share.filled_mib is not None and share.filled_mib < self._part(self.expect.filled, share):
            yield f"only {share.filled_mib} MiB of its {share.share_mib} MiB were free"
        if share.wrong:
            yield f"{share.wrong} words of its memory were wrong"

    def _part(self, per_cent: int, share: Share) -> float:
        return per_cent * share.share_mib / 100
