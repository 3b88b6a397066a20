"""Whether a shared volume keeps its word between nodes: whole files, one winner, nothing old."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.storage.volume import PROBE, Seen
from orchestrator.checks.storage.volume_verdicts import judge_pair, not_told
from orchestrator.checks.verdicts import failed, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_STAGES = ("meet", "visibility", "rewrites", "race", "renames")
_EXPECTED = "a new file has one creator, a renamed one is whole, and one that is opened anew is not old"


class Expect(Model):
    """Nothing to set: it holds or it does not."""


class VolumeConsistency(Requirement):
    check: Literal["volume-consistency"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_pair(evidence, _judge_node)


def _judge_node(subject: Subject, seen: Seen) -> Verdict:
    rewrites, race, renames = seen.rewrites, seen.race, seen.renames
    parts = {"rewrites": rewrites, "race": race, "renames": renames}
    told = {
        "observed": {name: part.model_dump() for name, part in parts.items() if part is not None},
        "expected": _EXPECTED,
    }
    wrong = list(_wrongs(seen))
    if wrong:
        return failed(subject, "; ".join(wrong), **told)
    if rewrites is None or race is None or renames is None:
        return not_told(subject, seen, _STAGES, "consistency was not tried")
    if not renames.changes:
        message = f"in {renames.reads} reads a file that the other node went on replacing was always the same"
        return warned(subject, f"{message}: this node keeps what names stood for", **told)
    if renames.stale:
        message = f"{renames.stale} of {renames.reads} reads of a renamed file met a stale handle (ESTALE)"
        return warned(subject, f"{message}, which NFS allows and programs have to bear", **told)
    return passed(subject, "new files, renames and rewrites are seen as the other node made them", **told)


def _wrongs(seen: Seen) -> Iterator[str]:
    rewrites, race, renames = seen.rewrites, seen.race, seen.renames
    if seen.damaged:
        yield f"{seen.damaged} files were not whole when they first showed"
    if rewrites and rewrites.stale:
        yield f"{rewrites.stale} of {rewrites.reads} reads showed what a file held before it was written over"
    if race and race.both:
        yield f"both nodes created {race.both} of {race.names} files that only one can create (O_EXCL)"
    if race and race.neither:
        yield f"neither node could create {race.neither} of {race.names} new files (O_EXCL)"
    if renames and renames.torn:
        yield f"{renames.torn} of {renames.reads} reads of a renamed file were of parts of two"
    if renames and renames.missing:
        yield f"{renames.missing} of {renames.reads} reads found no file while it was replaced by a rename"
