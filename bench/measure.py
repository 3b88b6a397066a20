"""What a figure found: a value, its unit, and the limit that it must not exceed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured value; without a limit it only informs."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.limit is None or self.value <= self.limit


Measured = list[tuple[str, Measure]]
"""Measures, each with the name of its figure."""


def to_document(measured: Measured, cores: int) -> dict[str, Any]:
    """The JSON document of a run."""
    rows = [{"figure": figure, **asdict(one), "holds": one.holds} for figure, one in measured]
    return {"cores": cores, "measures": rows}


def to_table(measured: Measured) -> str:
    """Aligned columns, one line a measure."""
    head = ("figure", "what", "measured", "limit", "", "detail")
    lines = [head, *(_cells(figure, one) for figure, one in measured)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(line, widths) for line in lines)


def _cells(figure: str, one: Measure) -> tuple[str, ...]:
    limit = "-" if one.limit is None else f"{one.limit:g}"
    verdict = "" if one.limit is None else "ok" if one.holds else "BROKEN"
    return figure, one.what, f"{_rounded(one.value)} {one.unit}".strip(), limit, verdict, one.detail


def _rounded(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
