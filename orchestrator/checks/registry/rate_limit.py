"""Whether a registry lets all nodes pull what they need before its limit is used up."""

from collections import defaultdict
from collections.abc import Iterator
from math import ceil
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from orchestrator.checks.registry.visited import PROBE, RateLimit, Visited, visit_of
from orchestrator.checks.verdicts import (
    CLUSTER,
    answers,
    inventory_of,
    passed,
    unanswered,
    unknown,
    warned,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Verdict


class Expect(Model):
    """The image whose registry is asked, and how many images of that registry each node pulls."""

    image: str = Field(min_length=1)
    per_node: int = Field(ge=1)

    def __str__(self) -> str:
        return f"the registry of {self.image} leaves at least {self.per_node} pulls for each node"


class Share(NamedTuple):
    """The nodes that pull as one `source`, and the least that was said to remain to it."""

    source: str
    nodes: int
    limit: RateLimit


class RegistryLimit(Requirement):
    check: Literal["rate-limit"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE, parameters={"images": [{"image": self.expect.image}]})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        visits: list[Visited] = []
        for answer in answers(evidence, PROBE):
            if answer.observation is None:
                yield unanswered(answer.cell)
                continue
            visit = self._visit(answer.observation.data)
            if visit is None:
                message = f"the registry probe on {answer.cell.target} tells nothing of {self.expect.image}"
                yield unknown(CLUSTER, message)
            else:
                visits.append(visit)
        nodes = sum(not node.windows for node in inventory_of(evidence).nodes)
        yield from self._weigh(visits, nodes) if visits else ()

    def _visit(self, data: dict[str, Any]) -> Visited | None:
        try:
            return visit_of(self.expect.image, data)
        except ValidationError:
            return None

    def _weigh(self, visits: list[Visited], nodes: int) -> Iterator[Verdict]:
        answered = [visit for visit in visits if visit.answered]
        if used_up := next((visit for visit in answered if visit.code == "rate-limited"), None):
            yield warned(CLUSTER, f"nothing more can be pulled now: {used_up.why}", observed=_seen(used_up))
        elif not answered:
            yield unknown(CLUSTER, f"its limit could not be asked for: {visits[0].why}")
        elif not (shares := _shares(answered, nodes)):
            yield passed(CLUSTER, f"{answered[0].registry} tells of no limit", observed=None)
        else:
            yield from map(self._weigh_share, shares)

    def _weigh_share(self, share: Share) -> Verdict:
        needed, left = share.nodes * self.expect.per_node, share.limit.remaining
        window = f" in {share.limit.window_seconds / 3600:g} h" if share.limit.window_seconds else ""
        told = f"{left} of {share.limit.limit} pulls{window} are left to {share.source}"
        wanted = f"{share.nodes} nodes that pull as it need {needed}, {self.expect.per_node} each"
        seen = {"observed": share.limit.model_dump(exclude_none=True), "expected": f"at least {needed} pulls"}
        if left is None:
            return unknown(CLUSTER, f"how many pulls are left to {share.source} is not told", **seen)
        speak = warned if left < needed else passed
        return speak(CLUSTER, f"{told}; {wanted}", **seen)


def _seen(visit: Visited) -> dict[str, Any]:
    return visit.model_dump(exclude_defaults=True, include={"code", "step", "host", "status", "rate_limit"})


def _shares(visits: list[Visited], nodes: int) -> list[Share]:
    """Who pulls as whom, taken that the nodes which were not asked are like those that were."""
    by_source: dict[str, list[RateLimit]] = defaultdict(list)
    for visit in visits:
        if visit.rate_limit:
            by_source[visit.rate_limit.source or "these nodes"].append(visit.rate_limit)
    return [
        Share(source, ceil(nodes * len(limits) / len(visits)), min(limits, key=_remaining))
        for source, limits in sorted(by_source.items())
    ]


def _remaining(limit: RateLimit) -> float:
    return float("inf") if limit.remaining is None else limit.remaining
