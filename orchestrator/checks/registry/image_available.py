"""Whether an image can be had from its registry over HTTPS, as seen from a few nodes' pods."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.registry.visited import PROBE, REFUSED, Visited, visit_of
from orchestrator.checks.verdicts import answers, failed, judge_answer, passed, unknown, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict


class Expect(Model):
    """The image by its reference; one that is `private` is not to be had without a pull secret."""

    image: str = Field(min_length=1)
    private: bool = False

    def __str__(self) -> str:
        return f"{self.image} can be had" + " with a pull secret" * self.private


class ImageAvailable(Requirement):
    check: Literal["image-available"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE, parameters={"images": [{"image": self.expect.image}]})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = answers(evidence, PROBE)
        return (judge_answer(answer, self.expect.image, self._judge_target) for answer in found)

    def _judge_target(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        visit = visit_of(self.expect.image, data)
        if visit is None:
            return unknown(subject, f"the registry probe did not look for {self.expect.image}")
        seen = {
            "observed": visit.model_dump(exclude_defaults=True, exclude={"image", "rate_limit"}),
            "expected": str(self.expect),
        }
        if visit.code == "unfinished" or visit.step == "reference":
            return unknown(subject, f"{self.expect.image} was not looked for: {visit.why}", **seen)
        if self.expect.private and visit.code in REFUSED:
            return self._weigh_private(subject, visit, seen)
        return self._weigh(subject, visit, seen)

    def _weigh(self, subject: Subject, visit: Visited, seen: dict[str, Any]) -> Verdict:
        image, way = self.expect.image, _way(visit)
        if visit.code == "rate-limited":
            return warned(subject, f"{image} cannot be pulled now{way}: {visit.why}", **seen)
        if visit.code != "ok":
            return failed(subject, f"{image} cannot be had{way}: {visit.why}", **seen)
        if visit.plain_http:
            message = f"{image} can be had, but by plain HTTP, which runtimes refuse unless they are told"
            return warned(subject, message, **seen)
        onward = f"; {visit.registry} sends clients on to {visit.redirect}" if visit.redirect else ""
        return passed(subject, f"{image} can be had{way}{onward}", **seen)

    def _weigh_private(self, subject: Subject, visit: Visited, seen: dict[str, Any]) -> Verdict:
        """A registry that hides its images from strangers is as it should be; our own login must work."""
        image = self.expect.image
        if not visit.credentials:
            message = f"{visit.registry} answers; {image} is private, and no pull secret for it was given"
            return passed(subject, f"{message} (HTTP {visit.status})", **seen)
        if visit.code == "not-found" and visit.step != "token":
            message = f"{visit.registry} lets the pull secret in, but shows it no {image}"
            return warned(subject, message, **seen)
        return failed(subject, f"{visit.registry} refuses the pull secret for {image}: {visit.why}", **seen)


def _way(visit: Visited) -> str:
    parts = [f"from the mirror {visit.registry}"] if visit.mirror else []
    parts += ["through the proxy"] if visit.via == "proxy" else []
    return " " + " ".join(parts) if parts else ""
