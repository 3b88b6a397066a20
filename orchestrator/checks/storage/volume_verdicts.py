"""Which nodes are judged by what the storage probe saw of a volume, and how what it did not see is told."""

from collections.abc import Callable, Iterator

from orchestrator.checks.storage.volume import PROBE, Seen
from orchestrator.checks.verdicts import (
    Answer,
    answers,
    failed,
    judge_answer,
    skipped,
    target_subject,
    unanswered,
    unknown,
)
from orchestrator.evidence import Evidence, TargetKind
from orchestrator.requirement import Subject, Verdict

ABOUT = "the volume"
Judge = Callable[[Subject, Seen], Verdict]


def judge_nodes(evidence: Evidence, judge: Judge) -> Iterator[Verdict]:
    """What `judge` says of every node on which the volume was tried."""
    return (_judge(answer, judge) for answer in answers(evidence, PROBE))


def judge_pair(evidence: Evidence, judge: Judge) -> Iterator[Verdict]:
    """What `judge` says of the two nodes that shared the volume; the others are not asked for that."""
    found = list(answers(evidence, PROBE))
    pair = [answer for answer in found if _role(answer) not in (None, "single")]
    for answer in pair:
        yield _judge(answer, lambda subject, seen: _alone(subject, seen) or judge(subject, seen))
    if len(pair) < 2:
        yield from (_apart(answer) for answer in found if answer not in pair)


def _judge(answer: Answer, judge: Judge) -> Verdict:
    return judge_answer(answer, ABOUT, lambda subject, data: judge(subject, Seen.model_validate(data)))


def _alone(subject: Subject, seen: Seen) -> Verdict | None:
    """That there is nothing to judge, because the cluster has no second node for it."""
    if seen.peer is None or not seen.peer.alone:
        return None
    return skipped(subject, "does not apply: no other node could share the volume")


def _role(answer: Answer) -> object:
    """The role that it tells of; None where there is no answer."""
    return answer.observation.data.get("role", "?") if answer.observation else None


def _apart(answer: Answer) -> Verdict:
    subject = target_subject(answer.cell.target)
    if answer.observation is None:
        return unanswered(answer.cell)
    if answer.cell.target.kind is TargetKind.HOST:
        return skipped(subject, "does not apply: one machine alone shares with nobody")
    return unknown(subject, "it is none of two nodes that shared the volume")


def not_told(subject: Subject, seen: Seen, stages: tuple[str, ...], what: str) -> Verdict:
    """The verdict where what these stages try is not told: bad where the probe stopped in one of them."""
    trouble, peer = seen.trouble, seen.peer
    if trouble is not None:
        if trouble.stage in stages and not trouble.of_peer:
            return failed(subject, str(trouble), observed=trouble.model_dump())
        return unknown(subject, f"{what}: {trouble}")
    if peer is not None and peer.name is None:
        return unknown(subject, f"{what}: {peer.reason}")
    if peer is not None and not peer.seen:
        return unknown(subject, f"{what}: the files of {peer.name} were not seen")
    return unknown(subject, what)
