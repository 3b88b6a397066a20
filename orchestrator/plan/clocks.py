"""The nested clocks of a run."""

from collections.abc import Sequence

from orchestrator.errors import UsageError
from orchestrator.plan.model import Deadlines, Unit
from orchestrator.plan.questions import Parameters

_PULL_ALLOWANCE = 120
_COLLECT_RESERVE = 10
_CLEANUP_RESERVE = 60
_FIXED_GATHER = 30
_GATHER_PER_UNIT = 0.3  # a Job controller at its default rate starts the last one so much later


def set_clocks(parameters: Parameters, timeout: int, gather: int) -> Deadlines:
    """The clocks of a run that may take `timeout` seconds; UsageError when its probes need more."""
    probe = slowest(parameters, timeout)
    pod = min(probe + _PULL_ALLOWANCE, timeout - _COLLECT_RESERVE)
    return Deadlines(gather=gather, probe=probe, pod=pod, work=timeout, run=timeout + _CLEANUP_RESERVE)


def slowest(parameters: Parameters, timeout: int) -> int:
    """The seconds that the slowest probe may take; UsageError when a run of `timeout` seconds has no time."""
    probe = _longest(parameters)
    shortest = probe + 2 * _COLLECT_RESERVE
    if probe and timeout < shortest:
        raise UsageError(
            f"--timeout {timeout} is too short for probes that may take {probe} s each",
            hint=f"give at least {shortest}",
        )
    return probe


def gather_seconds(units: Sequence[Unit], parameters: Parameters, timeout: int) -> int:
    """How long units that have to meet may wait for the last; 0 where none has to, or no time is left."""
    if not any(unit.party for unit in units):
        return 0
    longest = timeout - _longest(parameters) - 2 * _COLLECT_RESERVE
    return max(0, min(longest, round(_FIXED_GATHER + _GATHER_PER_UNIT * len(units))))


def _longest(parameters: Parameters) -> int:
    return max((own["timeout"] for own in parameters.values()), default=0)
