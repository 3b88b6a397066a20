"""The figures by name; each is a function that measures."""

from collections.abc import Callable, Iterator

from bench.figures import (
    audit_1000,
    evaluate_5000,
    help_text,
    inventory,
    probe_run,
    probe_start,
    requests,
)
from bench.measure import Measure

FIGURES: dict[str, Callable[[], Iterator[Measure]]] = {
    "help": help_text.measure,
    "inventory": inventory.measure,
    "requests": requests.measure,
    "audit-1000": audit_1000.measure,
    "probe-start": probe_start.measure,
    "probe-run": probe_run.measure,
    "evaluate-5000": evaluate_5000.measure,
}
