"""Whether a certificate is for the name that users and Run:ai go to."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.ingress.certificates import MANAGED, Known, given, managed, unjudged
from orchestrator.checks.verdicts import CLUSTER, failed, passed, skipped
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """The Secret (`NAMESPACE/NAME`) and the name, `*.` at its start being part of it.

    `given` tells that --tls-certificate is the certificate of this Secret.
    """

    secret: str = Field(pattern=r"^[^/]+/[^/]+$")
    name: str
    given: bool = False

    def __str__(self) -> str:
        return f"{self.secret}: a certificate for {self.name}"


class CertificateNames(Requirement):
    check: Literal["certificate-names"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (MANAGED,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        own = [next(given(evidence), None)] if self.expect.given else []
        known = [*filter(None, own), *managed(evidence, self.expect.secret)]
        yield from map(self._judge_known, known)
        if not known:
            yield skipped(CLUSTER, unjudged(self.expect.secret))

    def _judge_known(self, known: Known) -> Verdict:
        name, names = self.expect.name, known.names
        seen = {"observed": list(names), "expected": f"a certificate for {name}"}
        if any(covers(each, name) for each in names):
            return passed(known.subject, f"it is for {name}", **seen)
        others = ", ".join(names) or "no host name"
        return failed(known.subject, f"it is for {others}, not for {name}", **seen)


def covers(pattern: str, name: str) -> bool:
    """Whether a name of a certificate stands for a host name: `*` for its first label, and for one only."""
    pattern, name = pattern.lower().rstrip("."), name.lower()
    if pattern == name:
        return True
    first, _, parent = name.partition(".")
    return first != "*" and pattern == f"*.{parent}"
