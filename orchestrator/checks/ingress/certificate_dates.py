"""Whether the cluster's certificates were valid at the time of the run, and for how long they still are."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from orchestrator.checks.ingress.certificates import MANAGED, Known, given, managed, unjudged
from orchestrator.checks.verdicts import CLUSTER, failed, passed, skipped, warned
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """The Secrets (`NAMESPACE/NAME`) that hold certificates; one that ends in so many `days` warns."""

    secrets: tuple[str, ...] = Field(min_length=1)
    days: int = Field(default=30, ge=0)

    def __str__(self) -> str:
        return f"{', '.join(self.secrets)}: {self.validity}"

    @property
    def validity(self) -> str:
        return f"valid for {self.days} days or more"


class CertificateDates(Requirement):
    check: Literal["certificate-dates"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (MANAGED,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        known = [*given(evidence), *(each for s in self.expect.secrets for each in managed(evidence, s))]
        now = evidence.run.started_at
        yield from (self._judge_known(each, now) for each in known)
        if not known:
            yield skipped(CLUSTER, unjudged(" or ".join(self.expect.secrets)))

    def _judge_known(self, known: Known, now: datetime) -> Verdict:
        start, end = known.not_before, known.not_after
        if end is None:
            return failed(known.subject, f"there is no certificate yet ({known.lacking})")
        seen = {"observed": {"notBefore": start, "notAfter": end}, "expected": self.expect.validity}
        if end <= now:
            return failed(known.subject, f"it expired on {end:%Y-%m-%d}", **seen)
        if start and start > now:
            return failed(known.subject, f"it is not valid before {start:%Y-%m-%d %H:%M} UTC", **seen)
        if end - now < timedelta(days=self.expect.days):
            return warned(known.subject, f"it expires in {_days(end - now)}, on {end:%Y-%m-%d}", **seen)
        return passed(known.subject, f"it is valid until {end:%Y-%m-%d}", **seen)


def _days(left: timedelta) -> str:
    return "1 day" if left.days == 1 else f"{left.days} days"
