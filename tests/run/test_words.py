"""Signs from what is not a pod: refusals, failed Jobs, deletions."""

import pytest

from orchestrator import errors
from orchestrator.evidence import Reason
from orchestrator.objects import Job, Pod
from orchestrator.run import words
from orchestrator.run.fates import Sign
from orchestrator.run.patience import Patience

PATIENCE = Patience(fate=1)


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
def test_a_refusal(kind: type[errors.ApiError], reason: Reason) -> None:
    told = Sign(reason, "Could not create jobs")
    assert words.of_refusal(error(kind), allowed=False) == told
    assert words.of_refusal(error(kind), allowed=True) == told


def test_what_roles_forbid_is_told_from_what_a_quota_or_a_policy_refuses() -> None:
    refused = error(errors.Forbidden)
    assert words.of_refusal(refused, allowed=True) == Sign(Reason.REJECTED, "Could not create jobs")
    forbidden = Sign(Reason.FORBIDDEN, "cannot create jobs: Could not create jobs")
    assert words.of_refusal(refused, allowed=False) == forbidden


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
