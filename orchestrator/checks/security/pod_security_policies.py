"""Whether pod security policies, where there are any, let privileged pods run, and are supported at all."""

from collections.abc import Iterator
from typing import Literal

from pydantic import AliasPath, Field

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.objects import Flag, Object
from orchestrator.requirement import Requirement, Verdict

_POLICIES = "podsecuritypolicies"


class Expect(Model):
    """`supported`: whether the release works with policies that restrict."""

    supported: bool

    def __str__(self) -> str:
        return "none, or one that lets privileged pods run" if self.supported else "none that restricts"


class Policy(Object):
    privileged: Flag = Field(False, validation_alias=AliasPath("spec", "privileged"))


class PodSecurityPolicies(Requirement):
    check: Literal["pod-security-policies"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (_POLICIES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = inventory_of(evidence).every(_POLICIES, Policy)
        seen = {"observed": [policy.meta.name for policy in found], "expected": str(self.expect)}
        open_ones = [policy.meta.name for policy in found if policy.privileged]
        strict = [policy.meta.name for policy in found if not policy.privileged]
        if not found:
            yield passed(CLUSTER, "there are no pod security policies", **seen)
        elif strict and not self.expect.supported:
            message = f"this release does not support policies that restrict pods: {', '.join(strict)}"
            yield failed(CLUSTER, message, **seen)
        elif open_ones:
            message = f"privileged pods may run under {', '.join(open_ones)}"
            yield passed(CLUSTER, f"there are pod security policies; {message}", **seen)
        else:
            message = f"no pod security policy lets privileged pods run: {', '.join(strict)}"
            yield failed(CLUSTER, message, **seen)
