"""Why an answer is missing from a pod that ended."""

import json
from typing import Any

import pytest

from orchestrator.evidence import Reason, Target, TargetKind
from orchestrator.objects import Pod
from orchestrator.plan.model import Unit
from orchestrator.run.collect import take
from orchestrator.run.fates import Sign

UNIT = Unit(name="u1", pod="node-local", target=Target(kind=TargetKind.NODE, name="n1"), probes=("dns",))
FRAME = {
    "probe": "dns",
    "run": "r1",
    "target": "n1",
    "ok": False,
    "stage": "cluster",
    "error": {"code": "terminated", "message": "stopped by SIGTERM"},
    "data": {"ndots": 5},
}
DELETED = {"deletionTimestamp": "2026-01-02T03:04:05Z"}


def stopped(metadata: dict[str, Any], **status: Any) -> Pod:
    """A pod whose probe was told to end, and had time to say so."""
    message = f"runai-preflight-result: {json.dumps(FRAME)}\n"
    ended = {"terminated": {"exitCode": 1, "reason": "Error", "message": message}}
    containers = [{"name": "probes", "state": ended}]
    return Pod.model_validate(
        {
            "metadata": {"name": "u1-x", "namespace": "default", **metadata},
            "status": {"phase": "Failed", "containerStatuses": containers, **status},
        }
    )


@pytest.mark.parametrize(
    ("pod", "missing"),
    [
        (stopped(DELETED), Sign(Reason.DELETED, "pod u1-x was deleted by someone else during the run")),
        (
            stopped(DELETED, reason="Evicted", message="low on memory"),
            Sign(Reason.EVICTED, "low on memory"),
        ),
        (
            stopped({}, reason="DeadlineExceeded", message="Pod was active on the node too long"),
            Sign(Reason.DEADLINE, "Pod was active on the node too long"),
        ),
        (stopped({}), Sign(Reason.CRASHED, "Error, exit code 1")),
    ],
)
def test_what_ended_a_probe_from_outside(pod: Pod, missing: Sign) -> None:
    collected = take(pod, UNIT, "r1")
    assert collected
    assert collected.missing == missing
    assert collected.frames["dns"].cut_short
