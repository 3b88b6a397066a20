"""Whether a pod that asks for more than its part of a GPU is stopped, and its neighbours keep theirs."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nvidia.fractions import AFTER, PROBE, Group, Over, Share, judge_groups
from orchestrator.checks.verdicts import failed, listed, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Verdict

_WANTED = "asking for more than the share fails, or ends that pod alone"
_ENDED = Over(code="ended")
_ANSWERS = ("cuda", "killed", "ended", "hang", "no-limit")  # else the probe itself broke


class Expect(Model):
    """By how many per cent a pod may exceed its share before it is stopped."""

    tolerance: int = Field(default=5, ge=0, le=100)


class GpuFractionLimits(Requirement):
    check: Literal["gpu-fraction-limits"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_groups(evidence, self._judge_group)

    def _judge_group(self, group: Group) -> Verdict:
        offender, over = group.offender, _over(group)
        if offender is None or over is None or over.code not in _ANSWERS:
            return _untried(group)
        told = over.model_dump(exclude_none=True, exclude_unset=True)
        seen = {"observed": {"by": offender, **told}, "expected": _WANTED}
        neighbours = {name: share for name, share in group.shares.items() if name != offender}
        problems = [*self._let_through(offender, over, group), *_hit(neighbours, group.ended - {offender})]
        if problems:
            return failed(group.subject, listed(problems, between="; "), **seen)
        if group.owing or any(share.wrong_again is None for share in neighbours.values()):
            return unknown(group.subject, "not all of the neighbours told what became of their share", **seen)
        how = "was ended" if over is _ENDED else f"was stopped ({over.event})"
        kept = f"its {len(neighbours)} neighbours kept theirs"
        return passed(group.subject, f"{offender} asked for more than its share and {how}; {kept}", **seen)

    def _let_through(self, offender: str, over: Over, group: Group) -> Iterator[str]:
        if over.code == "hang":
            yield f"{offender} asked for more than its share, and hangs"
        if over.at_mib is None:
            return
        share = group.shares[offender]
        if over.code == "no-limit":
            yield f"{offender} took {over.at_mib} MiB, its share is {share.share_mib} MiB: nothing stopped it"
        elif over.at_mib + share.overhead_mib > share.share_mib * (100 + self.expect.tolerance) / 100:
            yield f"{offender} was stopped at {over.at_mib} MiB only, its share is {share.share_mib} MiB"


def _over(group: Group) -> Over | None:
    """What came of it, by the pod's own words or as its neighbours saw it."""
    own = group.shares.get(group.offender or "")
    return (own and own.over) or (_ENDED if group.offender in group.ended else None)


def _hit(neighbours: dict[str, Share], ended: set[str]) -> Iterator[str]:
    yield from (f"its neighbour {name} was ended as well" for name in sorted(ended))
    for name, share in neighbours.items():
        if share.failed and share.failed.step in AFTER:
            yield f"its neighbour {name} was hit: {share.failed.event}"
        elif share.wrong_again:
            yield f"its neighbour {name} was hit: {share.wrong_again} words of its memory are wrong"


def _untried(group: Group) -> Verdict:
    """That no pod has come so far as to ask for more than its share."""
    if group.owing:
        return group.unknown()
    found = ((name, share.over or share.failed) for name, share in group.shares.items())
    stops = [f"{name}: {stop.event}" for name, stop in found if stop]
    why = f": {listed(stops, between='; ')}" if stops else ""
    return unknown(group.subject, f"no pod came so far as to ask for more than its share{why}")
