"""Signs from what is not a pod: refusals, failed Jobs, deletions, events."""

from typing import Any

import pytest

from orchestrator import errors
from orchestrator.evidence import Reason
from orchestrator.objects import Job, Pod
from orchestrator.run import words
from orchestrator.run.fates import Sign
from orchestrator.run.patience import Patience
from orchestrator.simulator.faults import Fault
from tests.conftest import StartSimulator
from tests.run.clusters import cluster
from tests.run.conftest import Connect

PATIENCE = Patience(recover=2, fate=1)
QUOTA = 'Error creating: pods "preflight-r1-aa-x" is forbidden: exceeded quota: small, requested: pods=1'
MOUNT = 'MountVolume.SetUp failed for volume "probes": configmap "preflight-r1" not found'


def error(kind: type[errors.ApiError]) -> errors.ApiError:
    return kind("Could not create jobs", verb="create", resource="jobs")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (errors.Unreachable, Reason.UNREACHABLE),
        (errors.Unauthorized, Reason.UNREACHABLE),
        (errors.Throttled, Reason.UNREACHABLE),
        (errors.Conflict, Reason.REJECTED),
        (errors.NotFound, Reason.REJECTED),
        (errors.ApiError, Reason.REJECTED),
    ],
)
def test_a_refusal(
    kind: type[errors.ApiError], reason: Reason, start_simulator: StartSimulator, connected: Connect
) -> None:
    api = connected(start_simulator(cluster()))
    assert words.of_refusal(api, error(kind)) == Sign(reason, "Could not create jobs")


def test_what_roles_forbid_is_told_from_what_a_quota_or_a_policy_refuses(
    start_simulator: StartSimulator, connected: Connect
) -> None:
    simulator = start_simulator(cluster())
    refused = error(errors.Forbidden)
    assert words.of_refusal(connected(simulator), refused) == Sign(Reason.REJECTED, "Could not create jobs")
    simulator.faults.append(Fault(verb="create", resource="jobs", status=403))
    forbidden = Sign(Reason.FORBIDDEN, "cannot create jobs: Could not create jobs")
    assert words.of_refusal(connected(simulator), refused) == forbidden


def test_a_deletion() -> None:
    assert words.of_deletion("Job j") == Sign(
        Reason.DELETED, "Job j was deleted by someone else during the run"
    )
    lost = Pod.model_validate({"status": {"reason": "NodeLost", "message": "Node n1 is unresponsive"}})
    assert words.of_deletion("pod p", lost) == Sign(Reason.NODE_LOST, "Node n1 is unresponsive")


def job(*conditions: dict[str, str]) -> Job:
    return Job.model_validate({"status": {"conditions": list(conditions)}})


def failed(reason: str, status: str = "True") -> dict[str, str]:
    return {"type": "Failed", "status": status, "reason": reason, "message": "in its own words"}


def test_a_failed_job() -> None:
    assert words.of_failed_job(job(), PATIENCE) is None
    assert words.of_failed_job(job(failed("BackoffLimitExceeded", "False")), PATIENCE) is None
    assert words.of_failed_job(job({"type": "Complete", "status": "True"}), PATIENCE) is None
    crashed = Sign(Reason.CRASHED, "BackoffLimitExceeded: in its own words", 1)
    assert words.of_failed_job(job(failed("BackoffLimitExceeded")), PATIENCE) == crashed
    late = Sign(Reason.DEADLINE, "DeadlineExceeded: in its own words", 1)
    assert words.of_failed_job(job(failed("DeadlineExceeded")), PATIENCE) == late


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
    assert words.of_warnings(api, "default", PATIENCE) == {
        "preflight-r1-aa": Sign(Reason.REJECTED, QUOTA, 2),
        "preflight-r1-bb": Sign(Reason.NOT_STARTED, f"FailedMount: {MOUNT}", 2),
        "preflight-r1-cc": Sign(Reason.NOT_STARTED, "FailedCreatePodSandBox: no IP address left", 2),
    }


def test_events_that_may_not_be_read_are_no_matter(
    start_simulator: StartSimulator, connected: Connect
) -> None:
    simulator = start_simulator(cluster(event(1, "Job", "preflight-r1-aa", "FailedCreate", QUOTA)))
    simulator.faults.append(Fault(verb="list", resource="events", status=403))
    assert words.of_warnings(connected(simulator), "default", PATIENCE) == {}
