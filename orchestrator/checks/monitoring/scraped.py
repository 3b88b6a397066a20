"""Whether a Prometheus scrapes an exporter: not that its objects are there, but that its targets are up."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import Field

from orchestrator.checks.nodes.workers import machines
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, subject_of, unknown, warned
from orchestrator.checks.workloads import RESOURCES
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import ApiModel, Count, Object, OrNull, Text, Texts
from orchestrator.requirement import Requirement, Subject, Verdict

TARGETS = "prometheustargets"


class Expect(Model):
    """Targets are meant that have a label like one of `labels` (globs).

    All of them must be up; with `perNode` there is one on every Linux node.
    """

    title: str = Field(min_length=1)
    labels: tuple[str, ...] = Field(min_length=1)
    per_node: bool = False

    def __str__(self) -> str:
        where = " on every Linux node" if self.per_node else ""
        return f"targets of {self.title} that are up{where}"


class Group(ApiModel):
    """Targets with the same labels; `down_at` are the addresses of some that are down."""

    labels: Texts = Field(default_factory=dict)
    up: Count = 0
    down: Count = 0
    down_at: Annotated[tuple[str, ...], OrNull(tuple)] = ()

    def like(self, globs: tuple[str, ...]) -> bool:
        return any(fnmatchcase(value, glob) for value in self.labels.values() for glob in globs)


class Answer(Object):
    """What a Prometheus says of its targets, or the error with which it could not be asked."""

    error: Text = ""
    targets: Annotated[tuple[Group, ...], OrNull(tuple)] = ()

    @property
    def subject(self) -> Subject:
        return subject_of(self)


class Scraped(Requirement):
    check: Literal["scraped"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (*RESOURCES, "prometheuses", "services", TARGETS, Resource.NODES)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        answers = inventory.every(TARGETS, Answer)
        best = max(answers, key=self._counted, default=None)
        if best and any(self._counted(best)):
            yield self._judge_answer(best, len(machines(inventory)))
        else:
            yield self._nowhere(answers)

    def _counted(self, answer: Answer) -> tuple[int, int]:
        """How many targets are up and down."""
        meant = self._meant(answer)
        return sum(group.up for group in meant), sum(group.down for group in meant)

    def _meant(self, answer: Answer) -> list[Group]:
        return [group for group in answer.targets if group.like(self.expect.labels)]

    def _judge_answer(self, answer: Answer, nodes: int) -> Verdict:
        up, down = self._counted(answer)
        subject, title, total = answer.subject, self.expect.title, up + down
        seen: dict[str, Any] = {"observed": {"up": up, "down": down}, "expected": str(self.expect)}
        if down:
            where = ", ".join(address for group in self._meant(answer) for address in group.down_at[:3])
            told = f"; not {where}" if where else ""
            message = f"{title} is scraped, but {up} of {total} targets are up{told}"
            return (warned if up else failed)(subject, message, **seen)
        if self.expect.per_node and up < nodes:
            message = f"{title} is scraped, but has {up} targets for {nodes} Linux nodes"
            return warned(subject, message, **seen)
        return passed(subject, f"{title} is scraped, and all its targets are up", **seen)

    def _nowhere(self, answers: tuple[Answer, ...]) -> Verdict:
        title, silent = self.expect.title, [answer for answer in answers if answer.error]
        if silent:
            why = "; ".join(f"{answer.subject.name}: {answer.error}" for answer in silent)
            message = f"whether {title} is scraped is not known: {why}"
            return unknown(CLUSTER, message, expected=str(self.expect))
        if not answers:
            return failed(CLUSTER, f"no Prometheus runs that would scrape {title}", expected=str(self.expect))
        jobs = sorted({group.labels.get("job", "") for answer in answers for group in answer.targets} - {""})
        message = f"no Prometheus scrapes {title}"
        return failed(CLUSTER, message, observed={"jobs": jobs[:20]}, expected=str(self.expect))
