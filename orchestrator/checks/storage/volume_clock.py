"""Whether the times of files on a shared volume, and the peer's clock, agree with a node's own."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.storage.volume import PROBE, Ahead, Seen
from orchestrator.checks.storage.volume_verdicts import judge_nodes, not_told
from orchestrator.checks.verdicts import failed, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict


class Expect(Model):
    """By how many seconds they may differ."""

    within: float = Field(gt=0)

    def __str__(self) -> str:
        return f"within {self.within:g} s of the node's clock"


class VolumeClock(Requirement):
    check: Literal["volume-clock"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_nodes(evidence, self._judge_node)

    def _judge_node(self, subject: Subject, seen: Seen) -> Verdict:
        if seen.mtime is None:
            return not_told(subject, seen, (), "the time of files was not seen")
        clocks = {"the time of files": seen.mtime}
        if seen.clock is not None and seen.peer is not None:
            clocks[f"the clock of {seen.peer.name}"] = seen.clock
        told = {
            "observed": {name: clock.ahead_seconds for name, clock in clocks.items()},
            "expected": str(self.expect),
        }
        wrong = [f"{name} is {_told(clock)}" for name, clock in clocks.items() if self._differs(clock)]
        if wrong:
            return failed(subject, "; ".join(wrong), **told)
        return passed(subject, f"its clock agrees with {' and '.join(clocks)}", **told)

    def _differs(self, clock: Ahead) -> bool:
        """Beyond what it may be wrong by."""
        return abs(clock.ahead_seconds) - clock.uncertainty_seconds > self.expect.within


def _told(clock: Ahead) -> str:
    where = "ahead of" if clock.ahead_seconds > 0 else "behind"
    return f"{abs(clock.ahead_seconds):.1f} s {where} its clock"
