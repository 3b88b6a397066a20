"""The small vocabulary that checks speak: verdicts, subjects, and the answers of a probe."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from orchestrator.evidence import Cell, Evidence, Observation, Outcome, Target
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node, Object
from orchestrator.requirement import Status, Subject, Verdict

T = TypeVar("T")

NO_ANSWER = " probe gave no answer: "
CLUSTER = Subject(kind="Cluster", name="cluster")


@cache
def _subject(kind: str, name: str) -> Subject:
    """One for all findings on it: a fleet's findings are many times its nodes."""
    return Subject(kind=str(kind), name=name)


def node_subject(node: Node) -> Subject:
    return _subject("Node", node.name)


def object_name(namespace: str, name: str) -> str:
    """`NAMESPACE/NAME`, or just the name of what is in no namespace."""
    return f"{namespace}/{name}" if namespace else name


def subject_of(obj: Object) -> Subject:
    """The subject of an object that knows its kind, as those of `Inventory.every` do."""
    return Subject(kind=obj.kind, name=object_name(obj.meta.namespace, obj.meta.name))


def object_subject(kind: str, obj: dict[str, Any]) -> Subject:
    """The subject of an object as the inventory keeps it."""
    return subject_of(Object.model_validate({**obj, "kind": kind}))


def listed(texts: Sequence[str], most: int = 5, between: str = ", ") -> str:
    """`a, b and 3 more`."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


def counted(count: int, noun: str) -> str:
    """`1 IngressClass`, `3 of StorageClass with …`."""
    return f"{count} {noun}" if count == 1 else f"{count} of {noun}"


def target_subject(target: Target) -> Subject:
    return _subject(target.kind, target.name)


def passed(subject: Subject, message: str, observed: Any = None, expected: Any = None) -> Verdict:
    return Verdict(Status.PASS, subject, message, observed, expected)


def warned(subject: Subject, message: str, observed: Any = None, expected: Any = None) -> Verdict:
    return Verdict(Status.WARN, subject, message, observed, expected)


def failed(subject: Subject, message: str, observed: Any = None, expected: Any = None) -> Verdict:
    return Verdict(Status.FAIL, subject, message, observed, expected)


def skipped(subject: Subject, message: str, observed: Any = None, expected: Any = None) -> Verdict:
    return Verdict(Status.SKIP, subject, message, observed, expected)


def unknown(subject: Subject, message: str, observed: Any = None, expected: Any = None) -> Verdict:
    return Verdict(Status.UNKNOWN, subject, message, observed, expected)


def inventory_of(evidence: Evidence) -> Inventory:
    """The inventory; an empty one where the run had no cluster (evaluate has skipped such rows by then)."""
    return evidence.inventory or Inventory()


class Answer(NamedTuple):
    """A cell of the ledger and, when it was answered, what the probe observed there."""

    cell: Cell
    observation: Observation | None


def answers(evidence: Evidence, probe: str) -> tuple[Answer, ...]:
    """Every cell of this probe that applies, in the order of the ledger.

    What a probe saw before it was stopped is no answer: it stays in the evidence, but is not judged.
    """
    return evidence.once(_answers).get(probe, ())


def _answers(evidence: Evidence) -> dict[str, tuple[Answer, ...]]:
    observed = {(seen.probe, seen.target.kind, seen.target.name): seen for seen in evidence.observations}
    by_probe: dict[str, list[Answer]] = {}
    for cell in evidence.ledger:
        if cell.outcome is not Outcome.NOT_APPLICABLE:
            key = (cell.probe, cell.target.kind, cell.target.name)
            seen = observed.get(key) if cell.outcome is Outcome.ANSWERED else None
            by_probe.setdefault(cell.probe, []).append(Answer(cell, seen))
    return {probe: tuple(found) for probe, found in by_probe.items()}


def judge_answer(answer: Answer, about: str, judge: Callable[[Subject, dict[str, Any]], Verdict]) -> Verdict:
    """What `judge` says of the data; unknown where there is none or it cannot be understood."""
    if answer.observation is None:
        return unanswered(answer.cell)
    subject = target_subject(answer.cell.target)
    try:
        return judge(subject, answer.observation.data)
    except ValidationError:
        message = f"the {answer.cell.probe} probe's answer on {about} cannot be understood"
        return unknown(subject, message)


def judge_alike(judge: Callable[[Subject, T], Verdict]) -> Callable[[Subject, T], Verdict]:
    """What `judge` says of a JSON value; of values alike, as a fleet's nodes give them, it is asked once."""
    said: dict[str, Verdict] = {}

    def judged(subject: Subject, value: T) -> Verdict:
        key = repr(value)
        verdict = said.get(key) or said.setdefault(key, judge(subject, value))
        return verdict._replace(subject=subject)

    return judged


def entries(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The mappings in a list of a probe's answer; none where there is no such list."""
    found = data.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def unanswered(cell: Cell) -> Verdict:
    """The finding of a target whose probe gave no answer, with the reason why."""
    why = ": ".join(filter(None, (cell.reason, cell.message))) or "it is missing from the evidence"
    return unknown(target_subject(cell.target), f"the {cell.probe}{NO_ANSWER}{why}")
