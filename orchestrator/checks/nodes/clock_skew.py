"""Whether the nodes' clocks agree: each with its reference, and all with each other."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, FiniteFloat, ValidationError

from orchestrator.checks.verdicts import (
    CLUSTER,
    Answer,
    answers,
    failed,
    judge_answer,
    passed,
    unknown,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

PROBE = "node"


class Expect(Model):
    """By how many seconds two clocks may differ."""

    within: float = Field(gt=0)

    def __str__(self) -> str:
        return f"at most {_told(self.within)}"


class Clock(Tolerant):
    """A node's clock against the reference, in seconds, positive where it is ahead; None with a `reason`."""

    skew_seconds: FiniteFloat | None = None
    uncertainty_seconds: Annotated[FiniteFloat, Field(ge=0)] | None = None
    reference: str | None = None
    reason: str | None = None


class Observed(Tolerant):
    clock: Clock


class Reading(NamedTuple):
    """The least and the most, in seconds, that a target's clock is ahead of its reference."""

    name: str
    least: float
    most: float


class ClockSkew(Requirement):
    check: Literal["clock-skew"]
    expect: Expect

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = answers(evidence, PROBE)
        yield from (judge_answer(answer, "its clock", self._weigh) for answer in found)
        yield from (self._compare(readings) for readings in _by_reference(found) if len(readings) > 1)

    def _weigh(self, subject: Subject, data: dict[str, Any]) -> Verdict:
        clock = Observed.model_validate(data).clock
        skew, spread = clock.skew_seconds, clock.uncertainty_seconds
        if skew is None or spread is None:
            why = f": {clock.reason}" if clock.reason else ""
            return unknown(subject, f"its clock was compared with none{why}")
        way = "ahead of" if skew >= 0 else "behind"
        message = f"its clock is {_told(abs(skew))} {way} {clock.reference} (± {_told(spread)})"
        seen = {"observed": skew, "expected": str(self.expect)}
        return self._judge(subject, message, (abs(skew) - spread, abs(skew) + spread), seen)

    def _compare(self, readings: list[Reading]) -> Verdict:
        """The two clocks that are furthest apart."""
        slow, *_, fast = sorted(readings, key=_middle)
        apart = round(_middle(fast) - _middle(slow), 3)
        both = f"those of {slow.name} and {fast.name} are furthest apart"
        message = f"of the clocks of {len(readings)} nodes {both}: {_told(apart)}"
        seen = {"observed": apart, "expected": str(self.expect)}
        return self._judge(CLUSTER, message, (fast.least - slow.most, fast.most - slow.least), seen)

    def _judge(
        self, subject: Subject, message: str, span: tuple[float, float], seen: dict[str, Any]
    ) -> Verdict:
        """`span` is the least and the most that the difference can be."""
        least, most = span
        if least > self.expect.within:
            return failed(subject, f"{message}; needed: {self.expect}", **seen)
        if most > self.expect.within:
            return unknown(subject, f"{message}: too coarse to tell whether it is {self.expect}", **seen)
        return passed(subject, message, **seen)


def _by_reference(found: tuple[Answer, ...]) -> list[list[Reading]]:
    """The readings that can be compared: those of one reference, each."""
    groups: dict[str | None, list[Reading]] = {}
    for answer in found:
        clock = _clock(answer)
        skew, spread = (clock.skew_seconds, clock.uncertainty_seconds) if clock else (None, None)
        if clock and skew is not None and spread is not None:
            reading = Reading(answer.cell.target.name, skew - spread, skew + spread)
            groups.setdefault(clock.reference, []).append(reading)
    return list(groups.values())


def _clock(answer: Answer) -> Clock | None:
    try:
        return Observed.model_validate(answer.observation.data).clock if answer.observation else None
    except ValidationError:
        return None


def _middle(reading: Reading) -> float:
    return (reading.least + reading.most) / 2


def _told(seconds: float) -> str:
    """`0.012 s`, `31536000 s`: to the millisecond, without an exponent."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"
