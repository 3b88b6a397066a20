"""What Kubernetes says in events alone, and that it cannot be read."""

from typing import Any

import pytest

from orchestrator import errors
from orchestrator.evidence import Reason
from orchestrator.run.events import read_warnings
from orchestrator.run.fates import Sign
from orchestrator.run.patience import Patience
from orchestrator.simulator.faults import Fault
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import AT_ONCE, Connect, RunOn

PATIENCE = Patience(recover=2)
QUOTA = 'Error creating: pods "preflight-r1-aa-x" is forbidden: exceeded quota: small, requested: pods=1'
MOUNT = 'MountVolume.SetUp failed for volume "probes": configmap "preflight-r1" not found'


def event(
    number: int, kind: str, name: str, reason: str, message: str, type_: str = "Warning"
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"e{number}", "namespace": "default"},
        "involvedObject": {"kind": kind, "name": name, "namespace": "default"},
        "reason": reason,
        "message": message,
        "type": type_,
    }


def test_what_events_alone_tell(start_simulator: StartSimulator, connected: Connect) -> None:
    events = [
        event(1, "Job", "preflight-r1-aa", "FailedCreate", QUOTA),
        event(2, "Pod", "preflight-r1-bb-x7k2p", "FailedMount", MOUNT),
        event(3, "Pod", "preflight-r1-cc-x7k2p", "FailedCreatePodSandBox", "no IP address left"),
        event(4, "Pod", "preflight-r1-dd-x7k2p", "BackOff", "Back-off pulling image"),
        event(5, "Job", "preflight-r1-ee", "SuccessfulCreate", "Created pod", "Normal"),
        event(6, "ReplicaSet", "other-ff", "FailedCreate", "not ours"),
    ]
    api = connected(start_simulator(cluster(*events)))
    assert read_warnings(api, "default", PATIENCE) == {
        "preflight-r1-aa": Sign(Reason.REJECTED, QUOTA, 2),
        "preflight-r1-bb": Sign(Reason.NOT_STARTED, f"FailedMount: {MOUNT}", 2),
        "preflight-r1-cc": Sign(Reason.NOT_STARTED, "FailedCreatePodSandBox: no IP address left", 2),
    }


def test_events_that_may_not_be_read(start_simulator: StartSimulator, connected: Connect) -> None:
    simulator = start_simulator(cluster(event(1, "Job", "preflight-r1-aa", "FailedCreate", QUOTA)))
    simulator.faults.append(Fault(verb="list", resource="events", status=403))
    with pytest.raises(errors.Forbidden, match=r"^Could not list events in namespace default"):
        read_warnings(connected(simulator), "default", PATIENCE)


def test_a_late_unit_tells_that_events_cannot_be_read(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(1), fates=[{"fate": "pending"}]))
    simulator.faults.append(Fault(verb="list", resource="events", status=403))
    cell = run_on(simulator, patience=AT_ONCE, work=3).cell("n1")
    assert cell.reason is Reason.DEADLINE
    told = (
        "no answer within the run's 3 s (and events, which may say why, cannot be read: Could not list events"
    )
    assert cell.message.startswith(told)
