"""Whether files on a shared volume belong to whom made them."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.storage.volume import PROBE, Seen
from orchestrator.checks.storage.volume_verdicts import judge_nodes, not_told
from orchestrator.checks.verdicts import failed, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_NOBODY = (65534, 4294967294)


class Expect(Model):
    """Nothing to set: files are expected to keep their owner."""


class VolumeOwner(Requirement):
    check: Literal["volume-owner"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_nodes(evidence, _judge_node)


def _judge_node(subject: Subject, seen: Seen) -> Verdict:
    owner = seen.owner
    if owner is None:
        return not_told(subject, seen, (), "the owner of files was not seen")
    told = {"observed": owner.model_dump(), "expected": {"fileUser": owner.user}}
    if owner.file_user == owner.user:
        return passed(subject, f"files that user {owner.user} makes are its own", **told)
    squashed = "nobody: the server squashes users" if owner.file_user in _NOBODY else "another user"
    message = f"files that user {owner.user} makes belong to user {owner.file_user}, {squashed}"
    return failed(subject, message, **told)
