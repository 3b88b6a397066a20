"""Whether the cluster's own DNS answers on every node."""

from collections.abc import Iterator
from typing import Literal

from pydantic import ValidationError

from orchestrator.checks.verdicts import (
    Answer,
    answers,
    failed,
    passed,
    skipped,
    target_subject,
    unanswered,
    unknown,
    warned,
)
from orchestrator.evidence import Evidence, TargetKind
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "dns"


class Expect(Model):
    """Nothing to tune: the name of the API's own Service resolves or it does not."""


class Lookup(Tolerant):
    code: str
    ms: float | None = None


class Server(Tolerant):
    server: str
    code: str


class Seen(Tolerant):
    """What the dns probe saw of the cluster's DNS: asked as programs do, and each name server by itself."""

    name: str
    getaddrinfo: Lookup
    servers: tuple[Server, ...] = ()

    @property
    def silent(self) -> list[str]:
        """The name servers of the pod that do not know the name, while others may."""
        return [f"{server.server}: {server.code}" for server in self.servers if server.code != "answer"]


class ClusterDns(Requirement):
    check: Literal["cluster-dns"]
    expect: Expect = Expect()

    def asks(self) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return (_judge_target(answer) for answer in answers(evidence, PROBE))


def _judge_target(answer: Answer) -> Verdict:
    subject = target_subject(answer.cell.target)
    if answer.cell.target.kind is TargetKind.HOST:
        return skipped(subject, "does not apply: a host has no cluster DNS, pods do")
    if answer.observation is None:
        return unanswered(answer.cell)
    try:
        seen = Seen.model_validate(answer.observation.data.get("cluster"))
    except ValidationError:
        return unknown(subject, "the dns probe's answer on the cluster's DNS cannot be understood")
    return _weigh(subject, seen)


def _weigh(subject: Subject, seen: Seen) -> Verdict:
    told = {"observed": seen.model_dump(exclude_none=True), "expected": f"{seen.name} resolves"}
    servers = f" ({'; '.join(seen.silent)})" if seen.silent else ""
    if seen.getaddrinfo.code != "answer":
        return failed(subject, f"{seen.name} does not resolve: {seen.getaddrinfo.code}{servers}", **told)
    if servers:
        return warned(subject, f"{seen.name} resolves, but not by every name server{servers}", **told)
    return passed(subject, f"{seen.name} resolves", **told)
