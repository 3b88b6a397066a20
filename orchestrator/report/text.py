"""`-o text`: everything that was found, redacted, as the one file that an operator sends to support."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from orchestrator.evidence import Cell, Evidence, Observation
from orchestrator.inventory.distribution import detect
from orchestrator.inventory.model import Inventory
from orchestrator.redact import clean, one_line, redact, strip_controls
from orchestrator.report.fold import URGENCY, CellGroup, Group, Row, fold_cells, fold_findings
from orchestrator.report.headline import counted, headline, plural, scope
from orchestrator.report.model import Finding, Report
from orchestrator.report.outline import STEP, outline
from orchestrator.report.page import foreign
from orchestrator.report.shapes import shapes

_HEAD = ("tool", "profile", "features", "cluster", "distribution", "run", "summary", "coverage")
_FLEET = 20
_ABSENT = "  not at hand: this report was written without its evidence"


def render_text(report: Report, evidence: Evidence | None) -> str:
    """The report and, where it is at hand, all of the evidence, in sections whose order never changes."""
    rows = fold_findings(report.findings)
    dump = report.model_dump(mode="json", include={*_HEAD, "unread", "cleanup"})
    lines = [
        "runai-preflight report",
        headline(rows, report.coverage, report.profile.narrowed),
        foreign(scope(report)),
        *_section("RUN", _outlined({name: dump[name] for name in _HEAD})),
        *_section("FINDINGS", _findings(rows)),
        *_section("LEDGER", _ledger(report.ledger)),
        *_section("CLEAN-UP", _outlined(dump["cleanup"])),
        *_section("NOT READ", _outlined(dump["unread"] or "nothing")),
        *_section("INVENTORY", _inventory(evidence.inventory) if evidence else [_ABSENT]),
        *_section("OBSERVATIONS", _observations(evidence.observations) if evidence else [_ABSENT]),
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", title, "=" * len(title))
    yield from map(one_line, lines)


def _outlined(value: Any, margin: str = STEP) -> list[str]:
    """What others may have written, without secrets."""
    return redact("\n".join(outline(value, margin))).split("\n")


def _findings(rows: Iterable[Row]) -> Iterator[str]:
    """Every requirement, the most urgent first."""
    for number, row in enumerate(sorted(rows, key=lambda row: URGENCY.index(row.status))):
        first = row.first
        if number:
            yield ""
        yield f"[{row.status.upper()}] {row.id}: {clean(first.title)}"
        yield f"  severity {first.severity}, check {first.check}"
        for group in row.groups:
            yield from _group(group, row)
        yield from _remedy(first)


def _group(group: Group, row: Row) -> Iterator[str]:
    yield f"  {group.status}, {group.number:,} of {row.number:,}: {foreign(group.message)}"
    if group.noun != "cluster":
        yield from _outlined({plural(group.noun): _named(group, row)}, STEP * 2)
    for names, seen in _seen(group.findings):
        where = {} if len(names) == group.number else {"on": names}
        yield from _outlined(where | seen, STEP * 2)


def _named(group: Group, row: Row) -> list[str] | str:
    """The subjects; of a fleet, the largest group is what is left when all others are named."""
    if row.number > _FLEET and group is max(row.groups, key=lambda group: group.number):
        return "all others" if len(row.groups) > 1 else "all"
    return list(group.names)


def _seen(findings: Iterable[Finding]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """What was observed and expected, with the names of those that share it, however long each took."""
    alike: dict[str, tuple[list[str], dict[str, Any]]] = {}
    for finding in findings:
        seen = {"observed": finding.observed, "expected": finding.expected}
        told = {name: _timeless(value) for name, value in seen.items() if value is not None}
        if told:
            alike.setdefault(json.dumps(told, default=str), ([], told))[0].append(finding.subject.name)
    yield from alike.values()


def _timeless(value: Any) -> Any:
    """A JSON value without its milliseconds, which no two nodes share."""
    match value:
        case dict():
            return {name: _timeless(member) for name, member in value.items() if name != "ms"}
        case list() | tuple():
            return [_timeless(item) for item in value]
        case _:
            return value


def _remedy(finding: Finding) -> Iterator[str]:
    if finding.remedy:
        yield f"  to do: {clean(finding.remedy.text)}"
        for command in finding.remedy.commands:
            yield from (f"    {line}" for line in strip_controls(command).splitlines())
    source = finding.source
    yield f"  source: {clean(', '.join(filter(None, (source.document, source.section, source.url))))}"


def _ledger(cells: Iterable[Cell]) -> Iterator[str]:
    groups = fold_cells(cells)
    if not groups:
        yield "  no probe was to be run"
    for group in groups:
        yield _ended(group)
        yield from (f"    {_told(cell)}" for cell in group.cells)


def _ended(group: CellGroup) -> str:
    why = ": ".join(filter(None, (group.reason, foreign(group.message))))
    told = f"  {group.probe}, {counted(len(group.cells), 'target')} {group.outcome}"
    return f"{told}: {why}" if why else told


def _told(cell: Cell) -> str:
    seconds = f"{cell.seconds:.1f} s" if cell.seconds is not None else None
    return ", ".join(filter(None, (foreign(str(cell.target)), cell.object, seconds)))


def _inventory(inventory: Inventory | None) -> Iterator[str]:
    if inventory is None:
        yield "  none: this run looked at no cluster"
        return
    found = detect(inventory)
    known = inventory.model_dump(mode="json", exclude={"nodes", "unread"})
    distribution = found.model_dump() if found else None
    yield from _outlined({"distribution": distribution, **known})
    for number, shape in enumerate(shapes(inventory.nodes), start=1):
        yield from _outlined({f"shape {number}": shape})


def _observations(observations: Iterable[Observation]) -> Iterator[str]:
    for observation in observations:
        dump = observation.model_dump(mode="json", exclude={"probe", "target"}, exclude_none=True)
        yield f"  {observation.probe} on {foreign(str(observation.target))}"
        yield from _outlined(dump, STEP * 2)
