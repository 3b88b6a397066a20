"""What can only be read once the objects of a cluster are known: by name, how."""

from collections.abc import Callable
from typing import Any

from orchestrator.inventory import adapter_rules, gpu_requests, targets
from orchestrator.inventory.model import Inventory
from orchestrator.kube.api import Api

FOLLOW_UPS: dict[str, Callable[[Api, Inventory], tuple[dict[str, Any], ...]]] = {
    adapter_rules.NAME: adapter_rules.read_rules,
    gpu_requests.NAME: gpu_requests.read_gpu_requests,
    targets.NAME: targets.read_targets,
}
"""Each from what was read so far to what is kept; ApiError when it could not be read."""
