"""Whether objects of some kind are there, and whether their fields are as they must be."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from orchestrator.checks.counts import Counts
from orchestrator.checks.matcher import Matcher, Matching, written
from orchestrator.checks.verdicts import (
    CLUSTER,
    counted,
    failed,
    inventory_of,
    object_name,
    object_subject,
    passed,
)
from orchestrator.evidence import Evidence
from orchestrator.fields import FieldPath
from orchestrator.inventory.resources import ResourceType, resource_types
from orchestrator.requirement import Requirement, Subject, Verdict


def _known(name: str) -> str:
    if name not in resource_types():
        raise ValueError(f"nothing is read that is called {name!r}; there are {', '.join(resource_types())}")
    return name


ResourceName = Annotated[str, AfterValidator(_known)]
"""A row of inventory/resources.yaml."""


class Expect(Counts):
    """Of the objects that `where` admits there are `atLeast` and `atMost` so many, and `each` is so."""

    resource: ResourceName
    where: dict[FieldPath, Matching] = Field(default_factory=dict)
    each: dict[FieldPath, Matching] = Field(default_factory=dict)

    @property
    def type(self) -> ResourceType:
        return resource_types()[self.resource]

    @property
    def noun(self) -> str:
        """What is looked for, e.g. `StorageClass with metadata.annotations[x] true`."""
        told = " and ".join(f"{path} {matcher}" for path, matcher in self.where.items())
        one = f" {object_name(self.type.namespace, self.type.object)}" if self.type.object else ""
        return f"{self.type.kind}{one} with {told}" if told else f"{self.type.kind}{one}"

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        for path in (*self.where, *self.each):
            if not self.type.keeps(path.parts):
                raise ValueError(f"the inventory keeps no field {path} of {self.resource}")
        return self

    def __str__(self) -> str:
        each = "; ".join(f"{path} {matcher}" for path, matcher in self.each.items())
        return f"at least {self.least}{self.up_to} {self.noun}{f': {each}' if each else ''}"


class Objects(Requirement):
    check: Literal["objects"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (self.expect.resource,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        every = inventory_of(evidence).objects.get(self.expect.resource, ())
        found = [obj for obj in every if _fits(obj, self.expect.where)]
        if problem := self._miscounted(found):
            yield problem
        elif found and self.expect.each:
            yield from map(self._judge_object, found)
        else:
            count = counted(len(found), self.expect.noun) if found else f"no {self.expect.noun}"
            yield passed(CLUSTER, f"there is {count}", observed=_names(found))

    def _miscounted(self, found: list[dict[str, Any]]) -> Verdict | None:
        least, most, noun = self.expect.least, self.expect.at_most, self.expect.noun
        seen = {"observed": _names(found), "expected": str(self.expect)}
        if not found and least:
            return failed(CLUSTER, f"there is no {noun}", **seen)
        if len(found) < least:
            return failed(CLUSTER, f"there is only {counted(len(found), noun)}, not {least}", **seen)
        if most is not None and len(found) > most:
            admitted = f"more than the {most} that may be" if most else "and none may be"
            return failed(CLUSTER, f"there is {counted(len(found), noun)}, {admitted}", **seen)
        return None

    def _judge_object(self, obj: dict[str, Any]) -> Verdict:
        subject = object_subject(self.expect.type.kind, obj)
        return judge_fields(subject, obj, self.expect.each)


def judge_fields(subject: Subject, obj: dict[str, Any], each: dict[FieldPath, Matching]) -> Verdict:
    """Whether every one of these fields is as it must be."""
    seen = {
        "observed": {str(path): path.of(obj) for path in each},
        "expected": {str(path): str(matcher) for path, matcher in each.items()},
    }
    wrong = [(path, matcher) for path, matcher in each.items() if not matcher.admits(path.of(obj))]
    if wrong:
        told = (f"{path} is {_unlike(path.of(obj), matcher)}, expected: {matcher}" for path, matcher in wrong)
        return failed(subject, "; ".join(told), **seen)
    return passed(subject, "; ".join(f"{path} is {written(path.of(obj))}" for path in each), **seen)


def _unlike(value: Any, matcher: Matcher) -> str:
    """A value that is none of the expected: in quotes where only its type, a text, tells it from one."""
    words = written(value)
    return f'"{words}"' if words == str(matcher) else words


def _fits(obj: dict[str, Any], where: dict[FieldPath, Matching]) -> bool:
    return all(matcher.admits(path.of(obj)) for path, matcher in where.items())


def _names(objects: list[dict[str, Any]]) -> list[str]:
    return [object_subject("", obj).name for obj in objects]
