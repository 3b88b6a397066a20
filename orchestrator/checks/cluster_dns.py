"""Whether the cluster's own DNS answers on every node."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import ValidationError

from orchestrator.checks.verdicts import Answer, answers, failed, passed, target_subject, unanswered, unknown
from orchestrator.evidence import Evidence
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "dns"


class Expect(Model):
    """Nothing to tune: the name of the API's own Service resolves or it does not."""


class Lookup(Tolerant):
    code: str
    ms: float | None = None


class Seen(Tolerant):
    """What the dns probe saw of the cluster's DNS: the name, and how the C library resolved it."""

    name: str
    lookup: Lookup


class ClusterDns(Requirement):
    check: Literal["cluster-dns"]
    expect: Expect = Expect()

    def asks(self) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return (_judge_target(answer) for answer in answers(evidence, PROBE))


def _judge_target(answer: Answer) -> Verdict:
    if answer.observation is None:
        return unanswered(answer.cell)
    subject = target_subject(answer.cell.target)
    try:
        seen = Seen.model_validate(answer.observation.data.get("cluster"))
    except ValidationError:
        return unknown(subject, "the dns probe's answer on the cluster's DNS cannot be understood")
    return _weigh(subject, seen)


def _weigh(subject: Subject, seen: Seen) -> Verdict:
    observed: dict[str, Any] = {"observed": seen.model_dump(exclude_none=True), "expected": f"{seen.name} resolves"}
    if seen.lookup.code == "answer":
        return passed(subject, f"{seen.name} resolves", **observed)
    return failed(subject, f"{seen.name} does not resolve: {seen.lookup.code}", **observed)
