"""Whether the cluster's own DNS answers on every node."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.verdicts import (
    Answer,
    answers,
    failed,
    judge_answer,
    passed,
    skipped,
    target_subject,
    warned,
)
from orchestrator.evidence import Evidence, TargetKind
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "dns"


class Expect(Model):
    """The API's own Service resolves or it does not; `name` is one outside, to tell what finding it costs."""

    name: str = Field(default="app.run.ai", pattern=r"^[A-Za-z0-9._-]+$")


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


class Walk(Tolerant):
    """The end of a walk along the search list, and the questions that it took."""

    code: str
    queries: int
    ms: float | None = None


class SearchCost(Tolerant):
    """What an outside name costs as it is written (`relative`), against the same name with its dot."""

    name: str
    relative: Walk
    absolute: Walk


class Observed(Tolerant):
    cluster: Seen
    search_cost: SearchCost | None = None


class ClusterDns(Requirement):
    check: Literal["cluster-dns"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE, parameters={"names": [self.expect.name]})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return map(_judge_target, answers(evidence, PROBE))


def _judge_target(answer: Answer) -> Verdict:
    if answer.cell.target.kind is TargetKind.HOST:
        subject = target_subject(answer.cell.target)
        return skipped(subject, "does not apply: a host has no cluster DNS, pods do")
    return judge_answer(answer, "the cluster's DNS", _weigh)


def _weigh(subject: Subject, data: dict[str, Any]) -> Verdict:
    observed = Observed.model_validate(data)
    seen = observed.cluster
    told = {"observed": observed.model_dump(exclude_none=True), "expected": f"{seen.name} resolves"}
    servers = f" ({'; '.join(seen.silent)})" if seen.silent else ""
    if seen.getaddrinfo.code != "answer":
        return failed(subject, f"{seen.name} does not resolve: {seen.getaddrinfo.code}{servers}", **told)
    if servers:
        return warned(subject, f"{seen.name} resolves, but not by every name server{servers}", **told)
    return passed(subject, f"{seen.name} resolves", **told)
