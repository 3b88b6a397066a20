"""What an operator has to look at, in the order in which to look at it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orchestrator.report.fold import Group, Row
from orchestrator.requirement import Severity, Status

_UNMET = (Status.FAIL, Status.UNKNOWN, Status.WARN)
_Likeness = tuple[Status, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is unmet or unknown of one requirement, or what leaves several unknown in the very same way."""

    rows: tuple[Row, ...]
    groups: tuple[Group, ...]

    @property
    def status(self) -> Status:
        return self.groups[0].status

    @property
    def severity(self) -> Severity:
        """The heaviest of all."""
        return min((row.first.severity for row in self.rows), key=list(Severity).index)


def problems(rows: Iterable[Row]) -> tuple[Problem, ...]:
    """What fails, then what is required and unknown, then what warns, then what else is unknown.

    One silent probe leaves many requirements unknown: that is told once, and not with each of them.
    """
    rows = tuple(rows)
    shared = _shared(rows)
    own = (Problem((row,), tuple(_without(shared, row.having(*_UNMET)))) for row in rows)
    return tuple(sorted((*(problem for problem in own if problem.groups), *shared.values()), key=_rank))


def _shared(rows: Iterable[Row]) -> dict[_Likeness, Problem]:
    """The unknown groups that stand in several rows."""
    alike: dict[_Likeness, list[tuple[Row, Group]]] = {}
    for row in rows:
        for group in row.having(Status.UNKNOWN):
            alike.setdefault(_likeness(group), []).append((row, group))
    several = {likeness: same for likeness, same in alike.items() if len(same) > 1}
    return {key: Problem(tuple(row for row, _ in same), (same[0][1],)) for key, same in several.items()}


def _without(shared: dict[_Likeness, Problem], groups: Iterable[Group]) -> Iterator[Group]:
    return (group for group in groups if _likeness(group) not in shared)


def _likeness(group: Group) -> _Likeness:
    return group.status, group.message, group.names


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
