"""The small vocabulary that checks speak: verdicts, subjects, and the answers of a probe."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError

from orchestrator.evidence import Cell, Evidence, Observation, Target
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Node, Object
from orchestrator.requirement import Status, Subject, Verdict

CLUSTER = Subject(kind="Cluster", name="cluster")


@cache
def _subject(kind: str, name: str) -> Subject:
    """One for all findings on it: a fleet's findings are many times its nodes."""
    return Subject(kind=kind, name=name)


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
    return _subject(target.kind.value, target.name)


def passed(subject: Subject, message: str, **seen: Any) -> Verdict:
    return Verdict(status=Status.PASS, subject=subject, message=message, **seen)


def warned(subject: Subject, message: str, **seen: Any) -> Verdict:
    return Verdict(status=Status.WARN, subject=subject, message=message, **seen)


def failed(subject: Subject, message: str, **seen: Any) -> Verdict:
    return Verdict(status=Status.FAIL, subject=subject, message=message, **seen)


def skipped(subject: Subject, message: str, **seen: Any) -> Verdict:
    return Verdict(status=Status.SKIP, subject=subject, message=message, **seen)


def unknown(subject: Subject, message: str, **seen: Any) -> Verdict:
    return Verdict(status=Status.UNKNOWN, subject=subject, message=message, **seen)


def inventory_of(evidence: Evidence) -> Inventory:
    """The inventory; an empty one where the run had no cluster (evaluate has skipped such rows by then)."""
    return evidence.inventory or Inventory()


class Answer(NamedTuple):
    """A cell of the ledger and, when it was answered, what the probe observed there."""

    cell: Cell
    observation: Observation | None


def answers(evidence: Evidence, probe: str) -> Iterator[Answer]:
    """Every cell of this probe that applies, in the order of the ledger.

    What a probe saw before it was stopped is no answer: it stays in the evidence, but is not judged.
    """
    return (Answer(cell, evidence.answer_of(cell)) for cell in evidence.cells_of(probe))


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


def entries(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The mappings in a list of a probe's answer; none where there is no such list."""
    found = data.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def unanswered(cell: Cell) -> Verdict:
    """The finding of a target whose probe gave no answer, with the reason why."""
    why = ": ".join(filter(None, (cell.reason, cell.message))) or "it is missing from the evidence"
    return unknown(target_subject(cell.target), f"the {cell.probe} probe gave no answer: {why}")
