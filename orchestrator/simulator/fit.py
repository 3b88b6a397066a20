"""Whether a node has room for a pod: its allocatable resources against what pods request."""

from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal

from orchestrator.quantity import parse_quantity
from orchestrator.simulator.resources import Object

Resources = dict[str, Decimal]


def allocatable(node: Object) -> Resources:
    """What pods may use of the node; empty when the node does not say."""
    return _parse(node.get("status", {}).get("allocatable") or {})


def requests(pod: Object) -> Resources:
    """What the pod's containers request together; a limit counts as a request where there is none."""
    total: Resources = {"pods": Decimal(1)}
    for container in pod["spec"].get("containers", []):
        resources = container.get("resources") or {}
        wanted = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
        for name, amount in _parse(wanted).items():
            total[name] = total.get(name, Decimal(0)) + amount
    return total


def shortages(free_of: Resources, used: Iterable[Resources], wanted: Resources) -> list[str]:
    """The scheduler's words for each resource that a node has too little of."""
    taken = list(used)
    found = []
    for name, amount in wanted.items():
        left = free_of.get(name, Decimal(0)) - sum(each.get(name, Decimal(0)) for each in taken)
        if free_of and amount > left:
            found.append("Too many pods" if name == "pods" else f"Insufficient {name}")
    return found


def _parse(amounts: Object) -> Resources:
    parsed: Resources = {}
    for name, amount in amounts.items():
        with suppress(ValueError, ArithmeticError):
            parsed[name] = parse_quantity(amount)
    return parsed
