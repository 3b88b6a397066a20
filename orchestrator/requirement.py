"""One row of a profile. What a row expects, and how it is judged, is typed by its check in `checks/`."""

from abc import abstractmethod
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import Field, StringConstraints

from orchestrator.condition import Condition
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=100)]


class Severity(StrEnum):
    """How much an unmet requirement weighs: only `required` can fail a run."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    INFO = "info"


class Status(StrEnum):
    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    UNKNOWN = "unknown"


class Source(Model):
    """Where a requirement is written down."""

    document: str = Field(min_length=1)
    section: str = Field(min_length=1)
    url: str | None = None


class Remedy(Model):
    """What to change, in words and as the commands that do it."""

    text: str = Field(min_length=1)
    commands: tuple[str, ...] = ()


class Subject(Model):
    """What a finding is about."""

    kind: str
    name: str


class Verdict(NamedTuple):
    """What a check says of one subject, before severity, source and remedy are added from its row."""

    status: Status
    subject: Subject
    message: str
    observed: Any = None
    expected: Any = None


class Question(Model):
    """What a requirement asks a probe to find out: parameters to be merged with those of the others."""

    probe: str
    parameters: dict[str, list[Any]] = Field(default_factory=dict)


class Requirement(Model):
    """One row of a profile. Each check adds a subclass with its `expect` and its `judge`."""

    id: Name
    title: str = Field(min_length=1)
    check: str
    severity: Severity = Severity.REQUIRED
    when: Condition = Condition()
    why: str = ""
    source: Source
    remedy: Remedy

    def reads(self) -> tuple[str, ...]:
        """The parts of the inventory without which this row cannot be judged."""
        return ()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        """What must be probed for this row on this cluster; nothing when the inventory is enough."""
        yield from ()

    @abstractmethod
    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        """At least one verdict, from nothing but the evidence."""


class Feature(Model):
    """Something that an installation may or may not be meant to have (`--feature NAME`)."""

    description: str = Field(min_length=1)
    default: bool = False
