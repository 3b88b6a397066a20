"""Whether an endpoint that Run:ai needs is reached from every node, and who answers there."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.during import During, time_of
from orchestrator.checks.network.issuers import is_public
from orchestrator.checks.verdicts import (
    answers,
    entries,
    failed,
    judge_alike,
    judge_answer,
    passed,
    unknown,
    warned,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict
from orchestrator.settings import HOST_NAME

PROBE = "egress"


class Expect(Model):
    """What has to be reached, and when Run:ai needs it; `own` is the site's, whose certificate may be too."""

    host: str = Field(pattern=HOST_NAME)
    port: int = Field(ge=1, le=65535)
    protocol: Literal["https", "tcp"] = "https"
    path: str = "/"
    during: During
    own: bool = False

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def label(self) -> str:
        """What the egress probe calls it: rows may share the address and differ in the rest."""
        protocol = "" if self.protocol == "https" else f"{self.protocol}://"
        return f"{protocol}{self.address}{'' if self.path == '/' else self.path}"


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
        """The issuer of the certificate where that is no public authority."""
        stranger = self.issuer and not is_public(self.issuer)
        return self.issuer if stranger and self.code in ("ok", "unknown-issuer", "self-signed") else None

    def __str__(self) -> str:
        issuer = f", certificate issued by {self.issuer}" if self.intercepted_by else ""
        exempt = ", but NO_PROXY keeps clients from it" if self.exempt else ""
        return f"{self.via}: {self.code} at {self.stage}{issuer}{exempt}"


def attempts_at(label: str, data: dict[str, Any]) -> list[Attempt]:
    """Every way to an endpoint that the egress probe tried; ValidationError when one is told otherwise."""
    return [Attempt.model_validate(entry) for entry in _entries_of(label, data)]


def _entries_of(label: str, data: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in entries(data, "endpoints") if entry.get("endpoint") == label]


class Endpoint(Requirement):
    check: Literal["endpoint"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        endpoint = self.expect.model_dump(include={"host", "port", "protocol", "path"})
        yield Question(probe=PROBE, parameters={"endpoints": [endpoint]})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        address, label, weigh = self.expect.address, self.expect.label, judge_alike(self._weigh)

        def judge(subject: Subject, data: dict[str, Any]) -> Verdict:
            return weigh(subject, _entries_of(label, data))

        return (judge_answer(answer, address, judge) for answer in answers(evidence, PROBE))

    def _weigh(self, subject: Subject, told: list[dict[str, Any]]) -> Verdict:
        address, when = self.expect.address, time_of(self.expect.during)
        attempts = [Attempt.model_validate(entry) for entry in told]
        if not attempts:
            return unknown(subject, f"the egress probe did not try {address}")
        seen = {
            "observed": [a.model_dump(exclude_defaults=True) for a in attempts],
            "expected": f"{address} reached ({when})",
        }
        reached = [attempt for attempt in attempts if attempt.reached]
        if not reached:
            return failed(subject, f"{address}, needed at {when}, is not reached ({_told(attempts)})", **seen)
        strangers = [] if self.expect.own else [attempt.intercepted_by for attempt in reached]
        if stranger := next(filter(None, strangers), None):
            message = f"{address} is reached, but TLS is intercepted: its certificate is issued by {stranger}"
            return warned(subject, message, **seen)
        if all(attempt.via == "proxy" for attempt in reached):
            return warned(subject, f"{address} is reached only through the proxy ({_told(attempts)})", **seen)
        if any(attempt.via == "proxy" and not (attempt.reached or attempt.exempt) for attempt in attempts):
            message = f"{address} is reached, but not through the proxy ({_told(attempts)})"
            return warned(subject, message, **seen)
        return passed(subject, f"{address} is reached", **seen)


def _told(attempts: list[Attempt]) -> str:
    return "; ".join(map(str, attempts))
