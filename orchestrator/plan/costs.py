"""What a run costs the cluster."""

from collections.abc import Sequence

from orchestrator.inventory.model import Inventory
from orchestrator.plan.model import Estimate, Unit

_PAGE = 500
_RUN_OBJECTS = 2  # the run Job and the ConfigMap
_REQUESTS_PER_UNIT = 2  # create its Job, read its log
_FIXED_REQUESTS = 20
_SECONDS_PER_JOB = 0.3
_FIXED_SECONDS = 10


def estimate(units: Sequence[Unit], inventory: Inventory, *, own_volume: bool, keeper: bool) -> Estimate:
    """Measured on a real control plane: its Job controller takes about 0.3 s of its 20 writes/s for a Job."""
    pages = sum(-(-len(listed) // _PAGE) or 1 for listed in (inventory.nodes, *inventory.objects.values()))
    members = sum(bool(unit.party) for unit in units)
    shared = own_volume + any(unit.serves for unit in units)
    return Estimate(
        objects=2 * len(units) + _RUN_OBJECTS + shared + keeper if units else 0,
        pods_at_once=len(units) + keeper if units else 0,
        api_requests=_FIXED_REQUESTS + pages + _REQUESTS_PER_UNIT * len(units) + members,
        seconds=round(_FIXED_SECONDS + _SECONDS_PER_JOB * len(units)),
    )
