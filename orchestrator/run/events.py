"""What Kubernetes says in events alone: why a pod could not be created, or why it does not start."""

from urllib.parse import quote

from pydantic import AliasPath, Field

from orchestrator.evidence import Reason
from orchestrator.kube.api import Api
from orchestrator.objects import Object, Pod, Text
from orchestrator.run.fates import Sign
from orchestrator.run.patience import Patience

_NOT_STARTED = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "NetworkNotReady"})


class Event(Object):
    """An event, as the core API lists it."""

    about_kind: Text = Field("", validation_alias=AliasPath("involvedObject", "kind"))
    about: Text = Field("", validation_alias=AliasPath("involvedObject", "name"))
    field_path: Text = Field("", validation_alias=AliasPath("involvedObject", "fieldPath"))
    reason: Text = ""
    message: Text = ""


def read_warnings(api: Api, namespace: str, patience: Patience) -> dict[str, Sign]:
    """The signs by Job, from the warnings in this namespace; ApiError when they may not be read."""
    path = f"/api/v1/namespaces/{namespace}/events"
    listing = api.list(path, Event, fields="type=Warning", attempts=1)
    signs: dict[str, Sign] = {}
    for event in listing.items:
        if event.about_kind == "Job" and event.reason == "FailedCreate":
            signs[event.about] = Sign(Reason.REJECTED, event.message, patience.recover)
        elif event.about_kind == "Pod" and event.reason in _NOT_STARTED:
            words = f"{event.reason}: {event.message}"
            signs[event.about.rpartition("-")[0]] = Sign(Reason.NOT_STARTED, words, patience.recover)
    return signs


def read_events_of(api: Api, pod: Pod) -> list[Event]:
    """All that was said of one pod; ApiError when events may not be read."""
    path = f"/api/v1/namespaces/{quote(pod.meta.namespace, safe='')}/events"
    return api.list(path, Event, fields=f"involvedObject.uid={pod.meta.uid}", attempts=2).items
