"""Whether a lock on a shared volume that one node holds is refused to another."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.storage.volume import PROBE, Seen, meaning
from orchestrator.checks.storage.volume_verdicts import judge_pair, not_told
from orchestrator.checks.verdicts import failed, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_WORKS = "works"


class Expect(Model):
    """Nothing to set: both kinds of locks are expected to work."""


class VolumeLocks(Requirement):
    check: Literal["volume-locks"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_pair(evidence, _judge_node)


def _judge_node(subject: Subject, seen: Seen) -> Verdict:
    if seen.locks is None:
        return not_told(subject, seen, ("locks",), "locks were not tried")
    outcomes: dict[str, str] = seen.locks.model_dump()
    told = {"observed": outcomes, "expected": dict.fromkeys(outcomes, _WORKS)}
    wrong = [f"{kind}: {meaning(outcome)}" for kind, outcome in outcomes.items() if outcome != _WORKS]
    if wrong:
        return failed(subject, f"locks do not hold between nodes ({'; '.join(wrong)})", **told)
    return passed(subject, "fcntl and flock hold between nodes", **told)
