"""What an operator has to look at, in the order in which to look at it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from orchestrator.checks.verdicts import NO_ANSWER
from orchestrator.report.fold import Group, Row
from orchestrator.requirement import Severity, Status

_SILENT = re.compile(rf"the (?P<probe>[\w-]+){NO_ANSWER}(?P<why>.*)", re.DOTALL)
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
    return {
        likeness: Problem(tuple(row for row, _ in same), (_told_once([group for _, group in same]),))
        for likeness, same in alike.items()
        if len(same) > 1
    }


def _told_once(groups: list[Group]) -> Group:
    """One group for all, which names every probe that is silent."""
    silent = [found for group in groups if (found := _SILENT.fullmatch(group.message))]
    probes = sorted({found["probe"] for found in silent})
    if len(probes) < 2:
        return groups[0]
    return replace(groups[0], message=f"no answer from the probes {', '.join(probes)}: {silent[0]['why']}")


def _without(shared: dict[_Likeness, Problem], groups: Iterable[Group]) -> Iterator[Group]:
    return (group for group in groups if _likeness(group) not in shared)


def _likeness(group: Group) -> _Likeness:
    """Probes share a pod, or pods a node's trouble: which of them is silent makes no difference."""
    silent = _SILENT.fullmatch(group.message)
    return group.status, silent["why"] if silent else group.message, group.names


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
