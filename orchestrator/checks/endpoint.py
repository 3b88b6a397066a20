"""Whether an endpoint that Run:ai needs is reached from every node, and who answers there."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, ValidationError

from orchestrator.checks.issuers import is_public
from orchestrator.checks.verdicts import (
    Answer,
    answers,
    failed,
    passed,
    target_subject,
    unanswered,
    unknown,
    warned,
)
from orchestrator.evidence import Evidence
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "egress"


class Expect(Model):
    """`during` says when Run:ai needs it: to be installed, or to run."""

    host: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    port: int = Field(ge=1, le=65535)
    protocol: Literal["https", "tcp"] = "https"
    path: str = "/"
    during: tuple[Literal["install", "run"], ...] = Field(min_length=1)

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


class Attempt(Tolerant):
    """One way to the endpoint, as the egress probe observed it: the stage and code where it ended.

    `exempt` is set for a way through the proxy that clients do not take, because NO_PROXY names the host.
    """

    via: str
    stage: str
    code: str
    status: int | None = None
    issuer: str | None = None
    exempt: bool = False

    @property
    def reached(self) -> bool:
        return self.code == "ok" and not self.exempt

    @property
    def intercepted_by(self) -> str | None:
        """The issuer of the certificate when no public authority is, or when it did not verify."""
        stranger = self.issuer and not is_public(self.issuer)
        return self.issuer if stranger and self.code in ("ok", "unknown-issuer", "self-signed") else None

    def __str__(self) -> str:
        issuer = f", certificate issued by {self.issuer}" if self.intercepted_by else ""
        exempt = ", but NO_PROXY keeps clients from it" if self.exempt else ""
        return f"{self.via}: {self.code} at {self.stage}{issuer}{exempt}"


class Endpoint(Requirement):
    check: Literal["endpoint"]
    expect: Expect

    def asks(self) -> Iterator[Question]:
        endpoint = self.expect.model_dump(include={"host", "port", "protocol", "path"})
        yield Question(probe=PROBE, parameters={"endpoints": [endpoint]})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return (self._judge_target(answer) for answer in answers(evidence, PROBE))

    def _judge_target(self, answer: Answer) -> Verdict:
        if answer.observation is None:
            return unanswered(answer.cell)
        subject = target_subject(answer.cell.target)
        try:
            attempts = self._attempts(answer.observation.data)
        except ValidationError:
            return unknown(
                subject, f"the egress probe's answer on {self.expect.address} cannot be understood"
            )
        if not attempts:
            return unknown(subject, f"the egress probe did not try {self.expect.address}")
        return self._weigh(subject, attempts)

    def _attempts(self, data: dict[str, Any]) -> list[Attempt]:
        entries = data.get("endpoints")
        mine = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
        return [Attempt.model_validate(e) for e in mine if e.get("endpoint") == self.expect.address]

    def _weigh(self, subject: Subject, attempts: list[Attempt]) -> Verdict:
        address, told = self.expect.address, "; ".join(map(str, attempts))
        seen = {
            "observed": [a.model_dump(exclude_defaults=True) for a in attempts],
            "expected": f"{address} reached",
        }
        reached = [attempt for attempt in attempts if attempt.reached]
        if not reached:
            return failed(subject, f"{address} is not reached ({told})", **seen)
        if stranger := reached[0].intercepted_by:
            message = f"{address} is reached, but TLS is intercepted: its certificate is issued by {stranger}"
            return warned(subject, message, **seen)
        if all(attempt.via == "proxy" for attempt in reached):
            return warned(subject, f"{address} is reached only through the proxy ({told})", **seen)
        return passed(subject, f"{address} is reached", **seen)
