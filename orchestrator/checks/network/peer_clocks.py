"""Whether each node's clock agrees with those of the other nodes, as they compared them directly."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, FiniteFloat

from orchestrator.checks.network.mesh import PROBE, folded
from orchestrator.checks.verdicts import CLUSTER, failed, passed, skipped, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict


class Expect(Model):
    """By how many seconds a clock may differ from those of most others."""

    within: float = Field(gt=0)

    def __str__(self) -> str:
        return f"at most {_told(self.within)}"


class Clock(Tolerant):
    """How many seconds a clock is ahead of the one in the middle of its peers', and how sure that is."""

    ahead_seconds: FiniteFloat
    uncertainty_seconds: Annotated[FiniteFloat, Field(ge=0)]


class Observed(Tolerant):
    members: int
    clock: Clock | None


class PeerClocks(Requirement):
    check: Literal["peer-clocks"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return folded(evidence, "its clock", self._weigh, self._all_well)

    def _all_well(self, well: list[Verdict]) -> Verdict:
        most = max((verdict.observed for verdict in well), key=abs)
        message = f"the clocks of {len(well)} nodes agree: none is more than {_told(abs(most))} off"
        return passed(CLUSTER, message, observed=most, expected=str(self.expect))

    def _weigh(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        observed = Observed.model_validate(data)
        if observed.members == 1:
            return skipped(subject, "does not apply: there is no other node's clock to compare its own with")
        if observed.clock is None:
            return unknown(subject, "no other node was reached to compare its clock with")
        return self._compare(subject, observed.clock)

    def _compare(self, subject: Subject, clock: Clock) -> Verdict:
        ahead, spread = clock.ahead_seconds, clock.uncertainty_seconds
        way = "ahead of" if ahead >= 0 else "behind"
        message = f"its clock is {_told(abs(ahead))} {way} those of most other nodes (± {_told(spread)})"
        seen = {"observed": ahead, "expected": str(self.expect)}
        if abs(ahead) - spread > self.expect.within:
            return failed(subject, f"{message}; needed: {self.expect}", **seen)
        if abs(ahead) + spread > self.expect.within:
            return unknown(subject, f"{message}: too coarse to tell whether it is {self.expect}", **seen)
        return passed(subject, message, **seen)


def _told(seconds: float) -> str:
    """`0.012 s`, to the millisecond."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"
