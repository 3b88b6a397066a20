"""Whether what one node writes to a shared volume is seen on another."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, ValidationError

from orchestrator.checks.storage.volume import PROBE, Peer, Seen
from orchestrator.checks.storage.volume_verdicts import judge_pair, not_told
from orchestrator.checks.verdicts import answers, failed, passed, unanswered, unknown, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_STAGES = ("meet", "visibility")


class Expect(Model):
    """In how many milliseconds a file should show on the other node.

    Not seeing each other tells something only of nodes that looked for `together` seconds at the same time.
    """

    within_ms: float = Field(gt=0)
    together: float = Field(5.0, gt=0)

    def __str__(self) -> str:
        return f"files are seen on the other node within {self.within_ms:g} ms"


class SharedByNodes(Requirement):
    check: Literal["shared-by-nodes"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_pair(evidence, lambda subject, seen: self._judge_node(subject, seen, evidence))

    def _judge_node(self, subject: Subject, seen: Seen, evidence: Evidence) -> Verdict:
        peer, shown = seen.peer, seen.visibility
        if shown is None or peer is None:
            if peer is not None and peer.name is not None and peer.seen is False:
                return self._judge_unseen(subject, peer, evidence)
            return not_told(subject, seen, _STAGES, "sharing was not tried")
        what = f"the files of {peer.name} are seen"
        told = {"observed": shown.model_dump(), "expected": f"{what} within {self.expect.within_ms:g} ms"}
        if shown.p50_ms > self.expect.within_ms:
            return warned(subject, f"{what}, but only after {shown.p50_ms:.0f} ms", **told)
        return passed(subject, f"{what} within {shown.p50_ms:.0f} ms", **told)

    def _judge_unseen(self, subject: Subject, peer: Peer, evidence: Evidence) -> Verdict:
        """Not shared, unless the other one was not there to be seen."""
        looked = f"the files of {peer.name} were not seen in {peer.until - peer.since:.0f} s"
        why = self._why_absent(peer, subject, evidence)
        if why:
            return unknown(subject, f"{looked}, but {why}")
        expected = f"the files of {peer.name} are seen"
        return failed(
            subject,
            f"not shared: {looked}",
            observed=peer.model_dump(exclude={"reason", "alone"}),
            expected=expected,
        )

    def _why_absent(self, peer: Peer, subject: Subject, evidence: Evidence) -> str | None:
        """Why the peer's files could not be seen, whether shared or not."""
        answer = next((a for a in answers(evidence, PROBE) if a.cell.target.name == peer.name), None)
        if answer is None:
            return "it was not probed"
        if answer.observation is None:
            return unanswered(answer.cell).message
        try:
            other = Seen.model_validate(answer.observation.data)
        except ValidationError:
            return "its probe's answer cannot be understood"
        if other.peer is None or other.peer.name != subject.name or other.peer.seen is None:
            return f"it had stopped: {other.trouble}" if other.trouble else "it did not look for this node"
        together = min(peer.until, other.peer.until) - max(peer.since, other.peer.since)
        return None if together >= self.expect.together else "the two did not look at the same time"
