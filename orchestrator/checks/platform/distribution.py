"""Whether the Kubernetes distribution is one that the document names, and what it says of it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, unknown, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.distribution import Distribution, definitions, detect
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict


class Named(Model):
    """What the document says of one distribution; a `warn` needs something done before Run:ai works."""

    status: Literal["pass", "warn", "fail"] = "pass"
    note: str = ""


def _check_id(id_: str) -> str:
    if id_ not in (known.id for known in definitions()):
        raise ValueError(f"there is no distribution {id_!r}")
    return id_


class Expect(Model):
    named: dict[Annotated[str, AfterValidator(_check_id)], Named] = Field(min_length=1)


class DistributionKnown(Requirement):
    check: Literal["distribution"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.VERSION, Resource.API_GROUPS)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        found = detect(inventory)
        if found is None:
            unread = ", ".join(each.resource for each in inventory.unread)
            yield unknown(CLUSTER, f"the distribution could not be told without what is unread: {unread}")
            return
        yield self._look_up(found)

    def _look_up(self, found: Distribution) -> Verdict:
        seen = {"observed": {"distribution": found.id, "evidence": list(found.evidence)}}
        told_by = f" (told by {', '.join(found.evidence)})" if found.evidence else ""
        named = self.expect.named.get(found.id)
        if named is None:
            message = f"{found.title}{told_by} is not among the distributions that the document names"
            return failed(CLUSTER, message, expected=sorted(self.expect.named), **seen)
        speak = {"pass": passed, "warn": warned, "fail": failed}[named.status]
        return speak(CLUSTER, f"{found.title}{told_by}{f': {named.note}' if named.note else ''}", **seen)
