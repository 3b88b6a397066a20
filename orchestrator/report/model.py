"""The report: the findings of a run with its ledger, as one document."""

from typing import Any, Literal, Self

from pydantic import Field

from orchestrator.evidence import API_VERSION, Cell, Cleanup, ClusterIdentity, RunInfo, Tool
from orchestrator.inventory.model import Unread
from orchestrator.model import Model
from orchestrator.profile.model import Narrowed, Profile
from orchestrator.requirement import Remedy, Severity, Source, Status, Subject

NOT_TRIED = "not tried: "  # how the message of a finding begins whose probe nobody asked for


class ProfileRef(Model):
    """Which profile the findings were judged by."""

    name: str
    title: str
    document: str
    complete: bool
    notes: tuple[str, ...] = ()
    narrowed: Narrowed | None = None

    @classmethod
    def of(cls, profile: Profile) -> Self:
        return cls.model_validate({name: getattr(profile, name) for name in cls.model_fields})


class Summary(Model):
    """How many findings have each status."""

    pass_: int = Field(default=0, alias="pass")
    warn: int = 0
    fail: int = 0
    skip: int = 0
    unknown: int = 0


class Coverage(Model):
    """How many cells of the ledger were to be answered, and how many were."""

    expected: int
    answered: int


class Finding(Model):
    """A verdict on one subject. `remedy` is given wherever something is to be done."""

    id: str
    title: str
    check: str
    status: Status
    severity: Severity
    subject: Subject
    message: str
    observed: Any = None
    expected: Any = None
    remedy: Remedy | None = None
    source: Source


class Report(Model):
    """What an operator reads and what other tools are fed."""

    api_version: Literal["runai-preflight/v1"] = API_VERSION
    kind: Literal["Report"] = "Report"
    tool: Tool
    profile: ProfileRef
    features: tuple[str, ...] = ()
    cluster: ClusterIdentity | None = None
    distribution: str | None = None
    run: RunInfo
    summary: Summary
    coverage: Coverage
    findings: tuple[Finding, ...]
    ledger: tuple[Cell, ...]
    unread: tuple[Unread, ...] = ()
    cleanup: Cleanup
