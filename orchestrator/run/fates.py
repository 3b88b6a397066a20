"""What became of a pod, in Kubernetes' own words: every fate has its own reason."""

from typing import NamedTuple

from orchestrator.evidence import Reason, Timing
from orchestrator.objects import ContainerStatus, Pod, PodCondition, Terminated

_SECONDS_TO_RECOVER = 20.0
_SECONDS_TO_SCHEDULE = 10.0
_OOM_EXIT_CODE = 137


class Sign(NamedTuple):
    """Something that keeps a pod from answering; it is final when it lasts for `patience` seconds."""

    reason: Reason
    message: str
    patience: float = 0.0


_WAITING = {
    "ErrImagePull": (Reason.IMAGE_PULL, _SECONDS_TO_RECOVER),
    "ImagePullBackOff": (Reason.IMAGE_PULL, _SECONDS_TO_RECOVER),
    "RegistryUnavailable": (Reason.IMAGE_PULL, _SECONDS_TO_RECOVER),
    "ImageInspectError": (Reason.IMAGE_PULL, 0.0),
    "InvalidImageName": (Reason.IMAGE_PULL, 0.0),
    "ErrImageNeverPull": (Reason.IMAGE_PULL, 0.0),
    "SignatureValidationFailed": (Reason.IMAGE_PULL, 0.0),
    "CreateContainerConfigError": (Reason.CONFIG_ERROR, 0.0),
    "CreateContainerError": (Reason.START_ERROR, _SECONDS_TO_RECOVER),
    "RunContainerError": (Reason.START_ERROR, _SECONDS_TO_RECOVER),
}
_POD_REASONS = {
    "Evicted": Reason.EVICTED,
    "DeadlineExceeded": Reason.DEADLINE,
    "NodeLost": Reason.NODE_LOST,
    "NodeShutdown": Reason.EVICTED,
    "Terminated": Reason.EVICTED,
    "Preempting": Reason.EVICTED,
}
_CONTAINER_REASONS = {
    "OOMKilled": Reason.OOM_KILLED,
    "StartError": Reason.START_ERROR,
    "ContainerCannotRun": Reason.START_ERROR,
    "DeadlineExceeded": Reason.DEADLINE,
}


def has_ended(pod: Pod) -> bool:
    return pod.phase in ("Succeeded", "Failed")


def sign_of(pod: Pod) -> Sign | None:
    """What a pod that has not ended suffers from, if anything."""
    if pod.reason == "NodeLost" or _left_behind(pod):
        return Sign(
            Reason.NODE_LOST, pod.message or f"node {pod.node_name} stopped answering", _SECONDS_TO_SCHEDULE
        )
    unscheduled = _condition(pod, "PodScheduled")
    if unscheduled and unscheduled.status == "False":
        return Sign(Reason.UNSCHEDULABLE, unscheduled.message, _SECONDS_TO_SCHEDULE)
    for status in (*pod.init_container_statuses, *pod.container_statuses):
        if waiting := _waiting(status):
            return waiting
    return None


def death_of(pod: Pod) -> Sign:
    """Why a pod that ended gave no answer."""
    if reason := _POD_REASONS.get(pod.reason):
        return Sign(reason, pod.message or f"the pod ended: {pod.reason}")
    ended = terminated(pod)
    if ended is None:
        return Sign(Reason.NO_RESULT, pod.message or "the pod ended without having started its container")
    if reason := _CONTAINER_REASONS.get(ended.reason):
        return Sign(reason, _words(ended))
    if ended.exit_code == _OOM_EXIT_CODE:
        return Sign(Reason.CRASHED, f"killed by SIGKILL ({_words(ended)})")
    if ended.exit_code:
        return Sign(Reason.CRASHED, _words(ended))
    return Sign(
        Reason.NO_RESULT, "the pod succeeded, but neither its log nor its termination message has a result"
    )


def terminated(pod: Pod) -> Terminated | None:
    """The end of the container that runs the probes."""
    return next((s.state.terminated for s in pod.container_statuses if s.state.terminated), None)


def timing_of(pod: Pod) -> Timing | None:
    """Where the pod spent its time."""
    ended, scheduled = terminated(pod), _condition(pod, "PodScheduled")
    if not ended or not ended.started_at or not ended.finished_at or not pod.meta.creation_timestamp:
        return None
    bound = scheduled.last_transition_time if scheduled else None
    return Timing(
        schedule=(bound - pod.meta.creation_timestamp).total_seconds() if bound else None,
        start=(ended.started_at - (bound or pod.meta.creation_timestamp)).total_seconds(),
        run=(ended.finished_at - ended.started_at).total_seconds(),
    )


def _left_behind(pod: Pod) -> bool:
    """The node controller says "not ready" of a pod whose container the kubelet last said was."""
    ready = _condition(pod, "Ready")
    running = any(status.ready and status.state.running for status in pod.container_statuses)
    return bool(running and ready and ready.status == "False")


def _waiting(status: ContainerStatus) -> Sign | None:
    waiting = status.state.waiting
    if waiting is None or waiting.reason not in _WAITING:
        return None
    reason, patience = _WAITING[waiting.reason]
    return Sign(reason, f"{waiting.reason}: {waiting.message}".removesuffix(": "), patience)


def _condition(pod: Pod, kind: str) -> PodCondition | None:
    return next((condition for condition in pod.conditions if condition.type == kind), None)


def _words(ended: Terminated) -> str:
    """What the kubelet says of the end, with the last line that the container said."""
    last = ended.message.strip().splitlines()[-1:]
    return f"{ended.reason or 'ended'}, exit code {ended.exit_code}" + "".join(f": {line}" for line in last)
