"""What is alike, put together: findings by requirement and message, cells by how they ended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.evidence import Cell, Outcome, Reason
from orchestrator.report.model import Finding
from orchestrator.requirement import Status

URGENCY = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS, Status.SKIP)

_OURS = ("Cluster", "Host", "Node")
_IN_A_WORD = re.compile(r"[\w.-]$")
_WORD_GOES_ON = re.compile(r"[\w-]|\.\w")


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one requirement with the same status and, but for the subject's name, the same message."""

    status: Status
    message: str
    findings: tuple[Finding, ...]

    @property
    def number(self) -> int:
        return len(self.findings)

    @property
    def noun(self) -> str:
        return noun(finding.subject.kind for finding in self.findings)

    @property
    def names(self) -> tuple[str, ...]:
        """The subjects, in the order of their findings."""
        return tuple(finding.subject.name for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Row:
    """All findings of one requirement, the most urgent group first and the larger before the smaller."""

    id: str
    groups: tuple[Group, ...]

    @property
    def status(self) -> Status:
        """The most urgent of all."""
        return self.groups[0].status

    @property
    def first(self) -> Finding:
        """Speaks for all in what is the requirement's own: title, severity, source."""
        return self.groups[0].findings[0]

    @property
    def number(self) -> int:
        return sum(group.number for group in self.groups)

    @property
    def noun(self) -> str:
        return noun(finding.subject.kind for group in self.groups for finding in group.findings)

    def having(self, *statuses: Status) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.status in statuses)


@dataclass(frozen=True, slots=True)
class CellGroup:
    """Cells of one probe that ended alike, the target's name aside."""

    probe: str
    outcome: Outcome
    reason: Reason | None
    message: str
    cells: tuple[Cell, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(cell.target.name for cell in self.cells)


def noun(kinds: Iterable[str]) -> str:
    """What to call things of these kinds: `node`, `StorageClass`, and `object` where they differ."""
    named = set(kinds)
    kind = named.pop() if len(named) == 1 else "object"
    return kind.lower() if kind in _OURS else kind


def fold_findings(findings: Iterable[Finding]) -> tuple[Row, ...]:
    """One row per requirement, in the order in which they were judged."""
    rows: dict[str, dict[tuple[Status, str], list[Finding]]] = {}
    for finding in findings:
        message = without_name(finding.message, finding.subject.name, finding.subject.kind)
        rows.setdefault(finding.id, {}).setdefault((finding.status, message), []).append(finding)
    return tuple(_row(id_, alike) for id_, alike in rows.items())


def _row(id_: str, alike: dict[tuple[Status, str], list[Finding]]) -> Row:
    groups = [_group(status, message, findings) for (status, message), findings in alike.items()]
    return Row(id_, tuple(sorted(groups, key=lambda group: (URGENCY.index(group.status), -group.number))))


def _group(status: Status, message: str, findings: list[Finding]) -> Group:
    """A finding alone keeps its own words."""
    return Group(status, message if len(findings) > 1 else findings[0].message, tuple(findings))


def fold_cells(cells: Iterable[Cell]) -> tuple[CellGroup, ...]:
    """Groups in the order of the ledger."""
    alike: dict[tuple[str, Outcome, Reason | None, str], list[Cell]] = {}
    for cell in cells:
        message = without_name(cell.message, cell.object or "", "object")
        message = without_name(message, cell.target.name, cell.target.kind)
        alike.setdefault((cell.probe, cell.outcome, cell.reason, message), []).append(cell)
    return tuple(_cell_group(*key, group) for key, group in alike.items())


def _cell_group(
    probe: str, outcome: Outcome, reason: Reason | None, message: str, cells: list[Cell]
) -> CellGroup:
    return CellGroup(probe, outcome, reason, message if len(cells) > 1 else cells[0].message, tuple(cells))


def without_name(message: str, name: str, kind: str) -> str:
    """The message with `<kind>` wherever the name stands as a word: node-1 does not stand in node-10."""
    if not name or name not in message:
        return message
    head, *tails = message.split(name)
    for tail in tails:
        whole = not _IN_A_WORD.search(head[-1:]) and not _WORD_GOES_ON.match(tail)
        head += (f"<{noun([kind])}>" if whole else name) + tail
    return head


@dataclass(frozen=True, slots=True)
class Silence:
    """Probes that all gave no answer from the same targets for the same reason."""

    probes: tuple[str, ...]
    group: CellGroup


def silences(groups: Iterable[CellGroup]) -> tuple[Silence, ...]:
    """Cells without an answer; probes share a pod, so that one cause mostly silences several."""
    alike: dict[object, list[CellGroup]] = {}
    for group in groups:
        if group.outcome is not Outcome.ANSWERED:
            alike.setdefault((group.outcome, group.reason, group.message, group.names), []).append(group)
    return tuple(Silence(tuple(group.probe for group in same), same[0]) for same in alike.values())
