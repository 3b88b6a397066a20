"""Signs from what is not a pod: refusals of the API, Jobs that failed, deletions by others, events."""

from pydantic import AliasPath, Field

from orchestrator import errors
from orchestrator.evidence import Reason
from orchestrator.kube.api import Api
from orchestrator.objects import Job, Model, Pod, Text
from orchestrator.run.fates import Sign


class WarningEvent(Model):
    """An event, as the core API lists it."""

    about: Text = Field("", validation_alias=AliasPath("involvedObject", "name"))
    message: Text = ""


def of_refusal(error: errors.ApiError) -> Sign:
    """Why an object could not be created or watched."""
    if isinstance(error, errors.Forbidden) and error.reason == "Forbidden":
        return Sign(Reason.FORBIDDEN, f"cannot {error.verb} {error.resource}: {error.message}")
    if isinstance(error, errors.Unreachable | errors.Unauthorized | errors.Throttled):
        return Sign(Reason.UNREACHABLE, error.message)
    return Sign(Reason.REJECTED, error.message)


def of_deletion(what: str, pod: Pod | None = None) -> Sign:
    """An object of ours was deleted by somebody else while it ran."""
    if pod and pod.reason == "NodeLost":
        return Sign(Reason.NODE_LOST, pod.message)
    return Sign(Reason.DELETED, f"{what} was deleted by someone else during the run")


def of_failed_job(job: Job) -> Sign | None:
    """A Job that failed; its pod's own fate, if it has one, comes a moment later and tells more."""
    failed = next((c for c in job.conditions if c.type == "Failed" and c.status == "True"), None)
    if failed is None:
        return None
    late = failed.reason == "DeadlineExceeded"
    return Sign(
        Reason.DEADLINE if late else Reason.CRASHED, f"{failed.reason}: {failed.message}", patience=5.0
    )


def of_failed_creations(api: Api, namespace: str) -> dict[str, Sign]:
    """Why pods of Jobs could not be created, by the Job's name."""
    path, fields = f"/api/v1/namespaces/{namespace}/events", "reason=FailedCreate,involvedObject.kind=Job"
    try:
        listing = api.list(path, WarningEvent, fields=fields)
    except errors.ApiError:
        return {}
    return {event.about: Sign(Reason.REJECTED, event.message) for event in listing.items}
