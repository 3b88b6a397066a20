"""What an operator has to look at, in the order in which to look at it."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.report.fold import Group, Row
from orchestrator.requirement import Severity, Status

_UNMET = (Status.FAIL, Status.UNKNOWN, Status.WARN)


@dataclass(frozen=True, slots=True)
class Problem:
    """Requirements that are unmet, or unknown, in the very same way; mostly there is one."""

    rows: tuple[Row, ...]

    @property
    def status(self) -> Status:
        return self.rows[0].status

    @property
    def severity(self) -> Severity:
        """The heaviest of all."""
        return min((row.first.severity for row in self.rows), key=list(Severity).index)

    @property
    def groups(self) -> tuple[Group, ...]:
        """What is wrong, the most urgent first."""
        return self.rows[0].having(*_UNMET)


def problems(rows: Iterable[Row]) -> tuple[Problem, ...]:
    """What fails, then what is required and unknown, then what warns, then what else is unknown.

    One silent probe leaves many requirements unknown: they make one problem.
    """
    alike: dict[object, list[Row]] = {}
    for row in rows:
        if row.status in _UNMET:
            alike.setdefault(_likeness(row), []).append(row)
    return tuple(sorted((Problem(tuple(same)) for same in alike.values()), key=_rank))


def _likeness(row: Row) -> object:
    if row.status is not Status.UNKNOWN:
        return row.id
    told = tuple((group.status, group.message, group.names) for group in row.having(*_UNMET))
    return row.first.severity, row.number, told


def _rank(problem: Problem) -> int:
    match problem.status, problem.severity:
        case Status.FAIL, _:
            return 0
        case Status.UNKNOWN, Severity.REQUIRED:
            return 1
        case Status.WARN, _:
            return 2
        case _:
            return 3
