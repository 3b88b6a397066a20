"""Signs from what is not a pod: refusals of the API, Jobs that failed, deletions by others."""

from orchestrator import errors
from orchestrator.evidence import Reason
from orchestrator.objects import Job, Pod
from orchestrator.run.fates import Sign
from orchestrator.run.patience import Patience


def of_refusal(error: errors.ApiError, *, allowed: bool) -> Sign:
    """Why an object could not be created or watched.

    `allowed` tells that roles do allow it: quotas and admission policies refuse by 403 too.
    """
    if isinstance(error, errors.Forbidden) and not allowed:
        return Sign(Reason.FORBIDDEN, f"cannot {error.verb} {error.resource}: {error.message}")
    if isinstance(error, errors.Unreachable | errors.Unauthorized | errors.Throttled):
        return Sign(Reason.UNREACHABLE, error.message)
    return Sign(Reason.REJECTED, error.message)


def of_deletion(what: str, pod: Pod | None = None) -> Sign:
    """An object of ours was deleted by somebody else while it ran."""
    if pod and pod.reason == "NodeLost":
        return Sign(Reason.NODE_LOST, pod.message)
    return Sign(Reason.DELETED, f"{what} was deleted by someone else during the run")


def of_failed_job(job: Job, patience: Patience) -> Sign | None:
    """A Job that failed; its pod's own fate, if it has one, comes a moment later and tells more."""
    failed = next((c for c in job.conditions if c.type == "Failed" and c.status == "True"), None)
    if failed is None:
        return None
    reason = Reason.DEADLINE if failed.reason == "DeadlineExceeded" else Reason.CRASHED
    return Sign(reason, f"{failed.reason}: {failed.message}", patience.fate)
