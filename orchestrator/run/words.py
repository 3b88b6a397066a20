"""Signs from what is not a pod: refusals of the API, Jobs that failed, deletions by others, events."""

from functools import cache

from pydantic import AliasPath, Field

from orchestrator import errors
from orchestrator.evidence import Reason
from orchestrator.kube.api import Api
from orchestrator.objects import Job, Model, Pod, Text
from orchestrator.run.fates import Sign
from orchestrator.run.patience import Patience

_GROUPS = {"jobs": "batch"}
_NOT_STARTED = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "NetworkNotReady"})


class WarningEvent(Model):
    """An event, as the core API lists it."""

    kind: Text = Field("", validation_alias=AliasPath("involvedObject", "kind"))
    about: Text = Field("", validation_alias=AliasPath("involvedObject", "name"))
    reason: Text = ""
    message: Text = ""


def of_refusal(api: Api, error: errors.ApiError) -> Sign:
    """Why an object could not be created or watched; quotas and admission policies refuse by 403 too."""
    if isinstance(error, errors.Forbidden) and not _may(api, error.verb, error.resource):
        return Sign(Reason.FORBIDDEN, f"cannot {error.verb} {error.resource}: {error.message}")
    if isinstance(error, errors.Unreachable | errors.Unauthorized | errors.Throttled):
        return Sign(Reason.UNREACHABLE, error.message)
    return Sign(Reason.REJECTED, error.message)


@cache
def _may(api: Api, verb: str, resource: str) -> bool:
    """Whether roles allow what was refused."""
    try:
        return api.allowed(verb, _GROUPS.get(resource, ""), resource, api.namespace)
    except errors.ApiError:
        return False


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


def of_warnings(api: Api, namespace: str, patience: Patience) -> dict[str, Sign]:
    """What events alone tell, by Job: why its pod could not be created, or why that does not start."""
    path = f"/api/v1/namespaces/{namespace}/events"
    try:
        listing = api.list(path, WarningEvent, fields="type=Warning", attempts=1)
    except errors.ApiError:
        return {}
    signs: dict[str, Sign] = {}
    for event in listing.items:
        if event.kind == "Job" and event.reason == "FailedCreate":
            signs[event.about] = Sign(Reason.REJECTED, event.message, patience.recover)
        elif event.kind == "Pod" and event.reason in _NOT_STARTED:
            words = f"{event.reason}: {event.message}"
            signs[event.about.rpartition("-")[0]] = Sign(Reason.NOT_STARTED, words, patience.recover)
    return signs
