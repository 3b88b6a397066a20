"""What is worked out once: what many checks ask of one evidence, what a check says of answers alike."""

from typing import Any

import pytest

from orchestrator.checks.verdicts import answers, judge_alike, passed
from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import probed


def subject(name: str) -> Subject:
    return Subject(kind="Node", name=name)


def test_values_alike_are_judged_once_and_said_of_each_subject() -> None:
    asked: list[Any] = []

    def judge(about: Subject, value: Any) -> Verdict:
        asked.append(value)
        return passed(about, f"it is {value}")

    judged = judge_alike(judge)
    seen = {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": True}, "d": {"x": "1"}}
    verdicts = [judged(subject(name), value) for name, value in seen.items()]
    assert [(verdict.subject.name, verdict.message) for verdict in verdicts] == [
        ("a", "it is {'x': 1}"),
        ("b", "it is {'x': 1}"),
        ("c", "it is {'x': True}"),
        ("d", "it is {'x': '1'}"),
    ]
    assert asked == [{"x": 1}, {"x": True}, {"x": "1"}]


def test_what_cannot_be_judged_raises_each_time() -> None:
    def judge(about: Subject, value: Any) -> Verdict:
        raise ValueError(about.name)

    judged = judge_alike(judge)
    for name in ("a", "b"):
        with pytest.raises(ValueError, match=f"^{name}$"):
            judged(subject(name), {})


def test_a_copy_of_the_evidence_has_its_own_answers() -> None:
    seen = probed("dns", {"ndots": 5})
    (answer,) = answers(seen, "dns")
    assert answer.observation == seen.observations[0]
    assert answers(seen, "dns") is answers(seen, "dns")
    assert answers(seen.model_copy(update={"ledger": ()}), "dns") == ()
    assert answers(seen.model_copy(update={"observations": ()}), "dns")[0].observation is None
