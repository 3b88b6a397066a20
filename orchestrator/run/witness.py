"""What the kubelet says of a pod whose containers are the images under test."""

import re
from collections.abc import Iterable
from typing import Any

from orchestrator.evidence import Reason
from orchestrator.objects import ContainerStatus, Pod
from orchestrator.run.events import Event

PULLED_OR_NOT = frozenset({Reason.IMAGE_PULL, Reason.START_ERROR, Reason.CONFIG_ERROR, Reason.CRASHED})
"""Troubles of a pod that are answers here."""

_NOT_PULLED = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "RegistryUnavailable",
        "SignatureValidationFailed",
        "ImageInspectError",
    }
)
_PULLED = frozenset(  # what can only go wrong once the image is there
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "PreCreateHookError",
        "PreStartHookError",
        "PostStartHookError",
        "RunContainerError",
    }
)
_TIMES = re.compile(r"\bin (?P<pull>[\d.hmnsuµμ]+)(?: \((?P<whole>[\d.hmnsuµμ]+) including waiting\))?")
_SIZE = re.compile(r"[Ss]ize:? (?P<number>\d{1,18}(?:\.\d+)?) ?(?P<unit>[KMGT]i?B|[Bb](?:ytes)?\b)")
_DURATION = re.compile(r"(\d{1,12}(?:\.\d+)?)(h|ms|m|s|us|µs|μs|ns)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}
_OUT_OF_TIME = "DeadlineExceeded"
_CACHED = "already present on machine"
_MESSAGE_LIMIT = 600  # characters of the kubelet's words


def settled(pod: Pod) -> bool:
    """Whether each container's image has been pulled, or is known not to be, or there is no more time."""
    statuses = _statuses(pod)
    known = all(_pulled(statuses.get(container.name)) is not None for container in pod.containers)
    return bool(pod.containers) and (known or (bool(statuses) and pod.reason == _OUT_OF_TIME))


def witnessed(pod: Pod, events: Iterable[Event]) -> dict[str, Any]:
    """What became of each image, in the order of the pod's containers.

    `images`: `image` as the pod has it, `pulled` (null: not known), `reason` and `message` in the kubelet's
    words where it was not, `imageID`; of the last pull `seconds`, `waitSeconds` in the kubelet's
    queue before it, `bytes`, and `cached` where nothing was pulled. What nobody tells is null.
    """
    known, statuses = list(events), _statuses(pod)
    images = []
    for container in pod.containers:
        status = statuses.get(container.name)
        own = [event for event in known if _is_about(event, container.name, container.image)]
        images.append({"image": container.image, **_told(status, own, pod)})
    return {"images": images}


def _statuses(pod: Pod) -> dict[str, ContainerStatus]:
    return {status.name: status for status in pod.container_statuses}


def _pulled(status: ContainerStatus | None) -> bool | None:
    """None while the kubelet is still at it, or of a container that ended without having had an image."""
    if status is None:
        return None
    state = status.state
    if state.waiting:
        reason = state.waiting.reason
        return True if reason in _PULLED else False if reason in _NOT_PULLED else None
    if state.running or (state.terminated and status.image_id):
        return True
    return None


def _told(status: ContainerStatus | None, events: list[Event], pod: Pod) -> dict[str, Any]:
    pulled = _pulled(status)
    waiting = status.state.waiting if status and pulled is False else None
    reason, message = (pod.reason, pod.message) if pulled is None else ("", "")
    if waiting:
        reason, message = waiting.reason, _cause(waiting.message, events)[:_MESSAGE_LIMIT]
    last = next((event.message for event in reversed(events) if event.reason == "Pulled"), None)
    return {
        "pulled": pulled,
        "reason": reason or None,
        "message": message or None,
        "imageID": (status.image_id or None) if status else None,
        **read_pulled(last if pulled else None),
    }


def _cause(message: str, events: list[Event]) -> str:
    """A back-off tells that something failed, and an event tells what."""
    failures = [event.message for event in events if event.reason in ("Failed", "InspectFailed")]
    if not message.startswith("Back-off") or ": " in message:
        return message
    return next((told for told in reversed(failures) if not told.startswith("Error: ")), message)


def _is_about(event: Event, container: str, image: str) -> bool:
    if event.field_path:
        return event.field_path.endswith(f"{{{container}}}")
    return f'"{image}"' in event.message


def read_pulled(message: str | None) -> dict[str, Any]:
    """The figures of a Pulled event, as far as its release of Kubernetes tells them; null for the rest."""
    text = message or ""
    times, size = _TIMES.search(text), _SIZE.search(text)
    seconds = _duration(times["pull"]) if times else None
    whole = _duration(times["whole"]) if times and times["whole"] else None
    waited = round(max(0.0, whole - seconds), 3) if whole is not None and seconds is not None else None
    return {
        "seconds": seconds,
        "waitSeconds": waited,
        "bytes": _bytes(size["number"], size["unit"]) if size else None,
        "cached": _CACHED in text if message else None,
    }


def _duration(text: str) -> float | None:
    """Seconds of Go's `1m21.284s`."""
    parts = _DURATION.findall(text)
    return round(sum(float(number) * _SECONDS[unit] for number, unit in parts), 3) if parts else None


def _bytes(number: str, unit: str) -> int:
    scale: float = (1024 if "i" in unit else 1000) ** _POWERS.get(unit[0], 0)
    return round(float(number) * scale)
