"""What became of a pod, in Kubernetes' own words: every fate has its own reason."""

from typing import NamedTuple

from orchestrator.evidence import Reason, Timing
from orchestrator.objects import ContainerStatus, Pod, PodCondition, Terminated
from orchestrator.run.frames import MARK
from orchestrator.run.patience import Patience

_OOM_EXIT_CODE = 137


class Sign(NamedTuple):
    """Something that keeps a pod from answering; it is final when it lasts for `patience` seconds."""

    reason: Reason
    message: str
    patience: float = 0.0


_WAITING = {
    "ErrImagePull": Reason.IMAGE_PULL,
    "ImagePullBackOff": Reason.IMAGE_PULL,
    "RegistryUnavailable": Reason.IMAGE_PULL,
    "ImageInspectError": Reason.IMAGE_PULL,
    "InvalidImageName": Reason.IMAGE_PULL,
    "ErrImageNeverPull": Reason.IMAGE_PULL,
    "SignatureValidationFailed": Reason.IMAGE_PULL,
    "CreateContainerConfigError": Reason.CONFIG_ERROR,
    "CreateContainerError": Reason.START_ERROR,
    "RunContainerError": Reason.START_ERROR,
}
_MAY_PASS = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "CreateContainerError", "RunContainerError"}
)
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


def sign_of(pod: Pod, patience: Patience) -> Sign | None:
    """What a pod that has not ended suffers from, if anything."""
    if pod.reason == "NodeLost" or _left_behind(pod):
        words = pod.message or f"node {pod.node_name} stopped answering"
        return Sign(Reason.NODE_LOST, words, patience.recover)
    unscheduled = _condition(pod, "PodScheduled")
    if unscheduled and unscheduled.status == "False":
        return Sign(Reason.UNSCHEDULABLE, unscheduled.message, patience.schedule)
    statuses = (*pod.init_container_statuses, *pod.container_statuses)
    return next((sign for status in statuses if (sign := _waiting(status, patience))), None)


def death_of(pod: Pod) -> Sign:
    """Why a pod that ended gave no answer."""
    if reason := _POD_REASONS.get(pod.reason):
        return Sign(reason, pod.message or f"the pod ended: {pod.reason}")
    ended = terminated(pod)
    if ended is None:
        return Sign(Reason.NOT_STARTED, pod.message or "the pod ended without having started its container")
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


def _waiting(status: ContainerStatus, patience: Patience) -> Sign | None:
    waiting = status.state.waiting
    if waiting is None or waiting.reason not in _WAITING:
        return None
    words = f"{waiting.reason}: {waiting.message}".removesuffix(": ")
    return Sign(_WAITING[waiting.reason], words, patience.recover if waiting.reason in _MAY_PASS else 0.0)


def _condition(pod: Pod, kind: str) -> PodCondition | None:
    return next((condition for condition in pod.conditions if condition.type == kind), None)


def _words(ended: Terminated) -> str:
    """What the kubelet says of the end, with the last line that the container said for people."""
    last = [line for line in ended.message.strip().splitlines() if MARK.decode() not in line][-1:]
    return f"{ended.reason or 'ended'}, exit code {ended.exit_code}" + "".join(f": {line}" for line in last)
