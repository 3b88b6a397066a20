"""The answer of a pod that ended: by its termination message, and by its log where that has more."""

from typing import NamedTuple

from orchestrator import errors
from orchestrator.evidence import Reason
from orchestrator.kube.api import Api
from orchestrator.objects import Pod
from orchestrator.plan.model import Unit
from orchestrator.redact import redact_value
from orchestrator.run.events import read_events_of
from orchestrator.run.fates import Sign, death_of, terminated
from orchestrator.run.frames import Frame, Frames, parse_frames
from orchestrator.run.witness import witnessed
from orchestrator.run.words import of_deletion

LOG_LIMIT = 1024 * 1024
LOG_LINES = 1000
_EMPTY_LOG_ATTEMPTS = 3


class Collected(NamedTuple):
    """Frames by probe, the channel that they came through, and why any of them is missing."""

    frames: dict[str, Frame]
    source: str
    missing: Sign


def take(pod: Pod, unit: Unit, run_id: str) -> Collected | None:
    """The answer that came with the watch, in the termination message; None where the log may tell more."""
    told = _told(pod, unit, run_id)
    whole = _complete(told, unit) or terminated(pod) is None
    return _collected(pod, told, "termination-message") if whole else None


def collect(api: Api, pod: Pod, unit: Unit, run_id: str) -> Collected:
    """The answer by the log, and by the termination message what is not there."""
    told = _told(pod, unit, run_id)
    try:
        logged = _read_log(api, pod, unit, run_id)
    except errors.ApiError as error:
        return _collected(pod, told, "termination-message", error)
    both = Frames({**told.by_probe, **logged.by_probe}, told.broken or logged.broken)
    return _collected(pod, both, "log" if logged.by_probe else "termination-message")


def witness(api: Api, pod: Pod, unit: Unit, run_id: str) -> Collected:
    """The answer of a pod that runs none of our programs: what the kubelet says of its containers."""
    try:
        events = read_events_of(api, pod)
    except errors.ApiError:
        events = []  # they tell no more than how long it took
    (probe,) = unit.probes
    data = redact_value(witnessed(pod, events))  # the kubelet quotes URLs, which may be signed
    frame = Frame(probe=probe, run=run_id, target=unit.target.name, ok=True, stage="done", data=data)
    return Collected({probe: frame}, "kubelet", Sign(Reason.NO_RESULT, "the kubelet says nothing of it"))


def _told(pod: Pod, unit: Unit, run_id: str) -> Frames:
    ended = terminated(pod)
    return parse_frames(ended.message.encode() if ended else b"", run_id, unit.target.name)


def _complete(frames: Frames, unit: Unit) -> bool:
    have = frames.by_probe
    return all(probe in have and not have[probe].reduced for probe in unit.probes)


def _read_log(api: Api, pod: Pod, unit: Unit, run_id: str) -> Frames:
    """A log can lag behind the pod's end: an empty one of a pod that succeeded is asked for again."""
    for _ in range(_EMPTY_LOG_ATTEMPTS):
        log = api.log(pod.meta.namespace, pod.meta.name, limit_bytes=LOG_LIMIT, tail_lines=LOG_LINES)
        if log or pod.phase != "Succeeded":
            break
    return parse_frames(log, run_id, unit.target.name)


def _collected(pod: Pod, frames: Frames, source: str, error: errors.ApiError | None = None) -> Collected:
    whole = {probe: frame for probe, frame in frames.by_probe.items() if not frame.hollow}
    return Collected(whole, source, _missing(pod, frames, error))


def _missing(pod: Pod, frames: Frames, error: errors.ApiError | None) -> Sign:
    """The pod's death explains most; where it died well, its answer was lost on the way."""
    sign = death_of(pod)
    if pod.meta.deletion_timestamp and sign.reason in (Reason.CRASHED, Reason.NO_RESULT):
        return of_deletion(f"pod {pod.meta.name}")
    if sign.reason is not Reason.NO_RESULT:
        return sign
    if error:
        return Sign(Reason.NO_RESULT, f"the log could not be read: {error.message}")
    if frames.broken:
        return Sign(Reason.TRUNCATED, "a result was printed, but not whole: it was cut in the middle")
    return sign
