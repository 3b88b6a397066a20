"""Whether a domain that the user gives is a name, and no IP address."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.network.hosts import is_address
from orchestrator.checks.verdicts import CLUSTER, failed, passed
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict
from orchestrator.settings import HOST_NAME


class Expect(Model):
    """What the user gives, mostly `{cluster-domain}`."""

    name: str = Field(pattern=HOST_NAME)

    def __str__(self) -> str:
        return f"{self.name} is a fully qualified domain name"


class DomainName(Requirement):
    check: Literal["domain-name"]
    expect: Expect

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        name = self.expect.name
        seen = {"observed": name, "expected": str(self.expect)}
        if is_address(name):
            yield failed(CLUSTER, f"{name} is an IP address, not a domain name", **seen)
        elif "." not in name:
            yield failed(CLUSTER, f"{name} is not fully qualified: it is in no domain", **seen)
        else:
            yield passed(CLUSTER, f"{name} is a domain name", **seen)
