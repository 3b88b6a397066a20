"""Whether the volume is mounted on every node where it was tried, and can be written there."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.storage.volume import PROBE, Seen, Space
from orchestrator.checks.storage.volume_verdicts import ABOUT
from orchestrator.checks.verdicts import (
    Answer,
    answers,
    failed,
    judge_answer,
    passed,
    target_subject,
    unknown,
    warned,
)
from orchestrator.evidence import Evidence, Reason
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.quantity import Quantity, human_bytes
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_ALONE = ("mount", "space", "folder", "write", "read", "small-files", "remove")
_EVENTS = ("FailedMount:", "FailedAttachVolume:")  # what Kubernetes calls it, before its words
_EXPECTED = "the volume is mounted, and a file keeps what is written to it"


class Expect(Model):
    """How many bytes and files should be free on it."""

    free: Quantity = Field(gt=0)
    files: int = Field(gt=0)

    def __str__(self) -> str:
        return f"written to, with {human_bytes(self.free)} and {self.files} files free"


class VolumeMounts(Requirement):
    check: Literal["volume-mounts"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return map(self._judge_answer, answers(evidence, PROBE))

    def _judge_answer(self, answer: Answer) -> Verdict:
        cell = answer.cell
        if cell.reason is Reason.NOT_STARTED and cell.message.startswith(_EVENTS):
            message = f"the kubelet cannot mount it: {cell.message}"
            return failed(target_subject(cell.target), message, expected=_EXPECTED)
        return judge_answer(answer, ABOUT, self._weigh)

    def _weigh(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        seen = Seen.model_validate(data)
        trouble, mount, space = seen.trouble, seen.mount, seen.space
        if trouble is not None and trouble.stage in _ALONE:
            left = _LEFT if seen.removed is False and trouble.stage != "remove" else ""
            return failed(subject, f"{trouble}{left}", observed=trouble.model_dump(), expected=_EXPECTED)
        if mount is None or space is None or seen.small_files is None:
            return unknown(subject, "the storage probe does not tell how the volume is mounted")
        told = {"observed": {**mount.model_dump(), **space.model_dump()}, "expected": _EXPECTED}
        doubts = [*mount.risks, *self._lacks(space), *([_LEFT.lstrip("; ")] if seen.removed is False else [])]
        if doubts:
            return warned(subject, f"{mount}, written and read, but {'; '.join(doubts)}", **told)
        return passed(subject, f"{mount}, written and read", **told)

    def _lacks(self, space: Space) -> Iterator[str]:
        if space.free_bytes < self.expect.free:
            yield f"only {human_bytes(space.free_bytes)} are free"
        if space.free_files is not None and space.free_files < self.expect.files:
            yield f"only {space.free_files} more files can be made"


_LEFT = "; what the probe wrote there, .runai-preflight-*, could not be removed"
