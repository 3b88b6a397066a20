"""Whether the kubelet of every node has pulled an image, by its own account."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.checks.registry.visited import words
from orchestrator.checks.verdicts import (
    CLUSTER,
    Answer,
    answers,
    entries,
    failed,
    judge_answer,
    passed,
    skipped,
    target_subject,
    unanswered,
    unknown,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Status, Subject, Verdict

PROBE = "pull"
_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.PASS)


class Expect(Model):
    """The image by its reference; without one those that the user gives, which are all but `besides`."""

    image: str = ""
    besides: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"the kubelet pulls {self.image or 'each image that is given (--pull-image)'}"


class Pulled(Tolerant):
    """What the kubelet says of one image; seconds are those of the pull itself, and of its queue before."""

    image: str
    pulled: bool | None
    reason: str | None = None
    message: str | None = None
    seconds: float | None = None
    wait_seconds: float | None = None
    bytes: int | None = None
    cached: bool | None = None

    @property
    def figures(self) -> str:
        """` in 1.2 s (2.8 MB)`, as far as the kubelet tells it."""
        time = f" in {self.seconds:.1f} s" if self.seconds is not None else ""
        waited = f" after {self.wait_seconds:.1f} s in the kubelet's queue" if self.wait_seconds else ""
        size = f" ({self.bytes / 1e6:.1f} MB)" if self.bytes is not None else ""
        return f"{time}{waited}{size}"


class ImagePulled(Requirement):
    check: Literal["image-pulled"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        named = {"images": [{"image": self.expect.image}]} if self.expect.image else {}
        yield Question(probe=PROBE, parameters=named)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = list(answers(evidence, PROBE))
        if self.expect.image:
            return (_judge_image(self.expect.image, answer) for answer in found)
        verdicts = [verdict for answer in found for verdict in self._judge_given(answer)]
        return iter(verdicts or [skipped(CLUSTER, "no image was given (--pull-image)")])

    def _judge_given(self, answer: Answer) -> Iterator[Verdict]:
        if answer.observation is None:
            yield unanswered(answer.cell)
        elif not isinstance(answer.observation.data.get("images"), list):
            subject = target_subject(answer.cell.target)
            yield unknown(subject, "the pull probe's answer cannot be understood")
        else:
            images = [str(entry.get("image")) for entry in entries(answer.observation.data, "images")]
            given = [_judge_image(image, answer) for image in images if image not in self.expect.besides]
            yield from [_together(given)] if given else []


def _judge_image(image: str, answer: Answer) -> Verdict:
    def judge(subject: Subject, data: dict[str, Any]) -> Verdict:
        told = next((entry for entry in entries(data, "images") if entry.get("image") == image), None)
        if told is None:
            return unknown(subject, f"the pull probe did not pull {image}")
        return _weigh(Pulled.model_validate(told), subject)

    return judge_answer(answer, image, judge)


def _together(verdicts: list[Verdict]) -> Verdict:
    """One for the node: the worst of them, with the words of all that are as bad."""
    worst = min(verdicts, key=lambda verdict: _WORST_FIRST.index(verdict.status))
    alike = [verdict for verdict in verdicts if verdict.status is worst.status]
    if len(alike) == 1:
        return worst
    message = "; ".join(verdict.message for verdict in alike)
    observed = [verdict.observed for verdict in alike]
    return worst._replace(
        message=message, observed=observed, expected="; ".join(str(v.expected) for v in alike)
    )


def _weigh(pull: Pulled, subject: Subject) -> Verdict:
    image = pull.image
    seen = {
        "observed": pull.model_dump(exclude_none=True, exclude={"image"}),
        "expected": f"the kubelet pulls {image}",
    }
    if pull.pulled is None:
        return unknown(subject, f"whether the kubelet pulls {image} is not known: {_told(pull)}", **seen)
    if not pull.pulled:
        return failed(subject, f"the kubelet could not pull {image}: {_told(pull)}", **seen)
    if pull.cached:
        return unknown(subject, f"{image} was on the node already, so nothing was pulled", **seen)
    return passed(subject, f"the kubelet pulled {image}{pull.figures}", **seen)


def _told(pull: Pulled) -> str:
    """Kubernetes' reason and words; what they commonly mean is only added."""
    told = ": ".join(filter(None, (pull.reason, pull.message))) or "it gives no reason"
    low = (pull.message or "").lower()
    meanings = (row["says"] for row in words()["pulls"] if any(text.lower() in low for text in row["has"]))
    meaning = next(meanings, None)
    return f"{told} ({meaning})" if meaning else told
