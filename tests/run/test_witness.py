"""What is read from a kubelet about the images of a pod."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.objects import Pod
from orchestrator.run.events import Event
from orchestrator.run.witness import read_pulled, settled, witnessed

Json = dict[str, Any]
IMAGE = "quay.io/example/small:1.0"
ID = "quay.io/example/small@sha256:" + "0" * 64
UNTOLD: Json = {"seconds": None, "waitSeconds": None, "bytes": None, "cached": None}
RPC = (
    'rpc error: code = NotFound desc = failed to pull and unpack image "quay.io/example/small:1.0": not found'
)


def pod(*states: Json, image_id: str = "", phase: str = "Pending") -> Pod:
    names = [f"image-{number}" for number in range(1, len(states) + 1)]
    return Pod.model_validate(
        {
            "metadata": {"name": "preflight"},
            "spec": {"containers": [{"name": name, "image": IMAGE} for name in names]},
            "status": {
                "phase": phase,
                "containerStatuses": [
                    {"name": name, "state": state, "imageID": image_id}
                    for name, state in zip(names, states, strict=True)
                ],
            },
        }
    )


def waiting(reason: str, message: str = "") -> Json:
    return {"waiting": {"reason": reason, "message": message}}


def event(reason: str, message: str, container: str = "image-1") -> Event:
    about = {"kind": "Pod", "fieldPath": f"spec.containers{{{container}}}" if container else ""}
    return Event.model_validate({"involvedObject": about, "reason": reason, "message": message})


def only(one: Pod, *events: Event) -> Json:
    (image,) = witnessed(one, events)["images"]
    assert image.pop("image") == IMAGE
    return dict(image)


@pytest.mark.parametrize("reason", ["", "ContainerCreating", "PodInitializing", "SomethingNew"])
def test_it_is_not_settled_while_the_kubelet_is_at_it(reason: str) -> None:
    assert not settled(pod(waiting(reason)))
    assert only(pod(waiting(reason))) == {
        "pulled": None,
        "reason": None,
        "message": None,
        "imageID": None,
        **UNTOLD,
    }


def test_it_is_settled_when_all_are() -> None:
    assert not settled(pod({"running": {}}, waiting("ContainerCreating")))
    assert settled(pod({"running": {}}, waiting("ErrImagePull")))


@pytest.mark.parametrize(
    "nothing", [Pod(), Pod.model_validate({"spec": {"containers": [{"name": "image-1", "image": IMAGE}]}})]
)
def test_a_pod_that_says_nothing_is_not_settled(nothing: Pod) -> None:
    assert not settled(nothing)


def test_a_pod_that_was_evicted_before_it_had_the_image_is_no_answer() -> None:
    gone = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}
    assert not settled(pod(gone, phase="Failed"))
    assert only(pod(gone, phase="Failed"))["pulled"] is None


def test_what_is_still_being_pulled_when_the_time_is_up_takes_no_answer_from_the_others() -> None:
    late = pod({"running": {}}, waiting("ContainerCreating"), image_id=ID, phase="Failed")
    late = late.model_copy(update={"reason": "DeadlineExceeded", "message": "Pod was active too long"})
    assert settled(late)
    first, second = witnessed(late, [])["images"]
    assert (first["pulled"], first["reason"]) == (True, None)
    assert (second["pulled"], second["reason"], second["message"]) == (
        None,
        "DeadlineExceeded",
        "Pod was active too long",
    )


@pytest.mark.parametrize(
    "reason",
    [
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "RegistryUnavailable",
        "SignatureValidationFailed",
        "ImageInspectError",
    ],
)
def test_what_could_not_be_pulled_has_the_kubelets_words(reason: str) -> None:
    one = pod(waiting(reason, RPC))
    assert settled(one)
    found = only(one, event("Pulled", 'Successfully pulled image "other" in 1s', "image-2"))
    assert found == {"pulled": False, "reason": reason, "message": RPC, "imageID": None, **UNTOLD}


def test_a_back_off_is_told_with_its_cause() -> None:
    one = pod(waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'))
    failed = event("Failed", f'Failed to pull image "{IMAGE}": {RPC}')
    assert only(one, failed, event("Failed", "Error: ErrImagePull"))["message"] == failed.message
    assert only(one)["message"] == f'Back-off pulling image "{IMAGE}"'


def test_a_back_off_of_a_later_kubelet_has_its_cause_itself() -> None:
    words = f'Back-off pulling image "{IMAGE}": ErrImagePull: {RPC}'
    one = pod(waiting("ImagePullBackOff", words))
    assert only(one, event("Failed", "Failed to pull image"))["message"] == words


@pytest.mark.parametrize(
    "state",
    [
        {"running": {}},
        {"terminated": {"exitCode": 0, "reason": "Completed"}},
        {"terminated": {"exitCode": 128, "reason": "StartError"}},
        waiting("CrashLoopBackOff"),
        waiting("RunContainerError"),
        waiting("CreateContainerError"),
        waiting("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"),
    ],
)
def test_what_came_so_far_was_pulled(state: Json) -> None:
    one = pod(state, image_id=ID)
    pulled = event(
        "Pulled",
        f'Successfully pulled image "{IMAGE}" in 1.2s (1.5s including waiting). Image size: 9 bytes.',
    )
    assert settled(one)
    assert only(one, pulled) == {
        "pulled": True,
        "reason": None,
        "message": None,
        "imageID": ID,
        "seconds": 1.2,
        "waitSeconds": 0.3,
        "bytes": 9,
        "cached": False,
    }


def test_an_event_of_an_older_kubelet_is_known_by_its_image() -> None:
    one = pod({"running": {}}, image_id=ID)
    told = event("Pulled", f'Successfully pulled image "{IMAGE}" in 2s', container="")
    assert only(one, told)["seconds"] == 2
    assert (
        only(one, event("Pulled", 'Successfully pulled image "other" in 2s', container=""))["seconds"] is None
    )


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (f'Successfully pulled image "{IMAGE}"', {"cached": False}),
        (f'Successfully pulled image "{IMAGE}" in 1m21.284220239s', {"seconds": 81.284, "cached": False}),
        (f'Successfully pulled image "{IMAGE}" in 350ms', {"seconds": 0.35, "cached": False}),
        (f'Successfully pulled image "{IMAGE}" in 812.5µs', {"seconds": 0.001, "cached": False}),
        (
            f'Successfully pulled image "{IMAGE}" in 1h2m3s (1h2m3s including waiting)',
            {"seconds": 3723, "waitSeconds": 0, "cached": False},
        ),
        (
            f'Successfully pulled image "{IMAGE}" in 1s (2m1s including waiting). Image size: 1169083 bytes.',
            {"seconds": 1, "waitSeconds": 120, "bytes": 1169083, "cached": False},
        ),
        (
            f'Successfully pulled image "{IMAGE}" in 1s (1s including waiting). Image size: 1.5 MiB.',
            {"seconds": 1, "waitSeconds": 0, "bytes": 1572864, "cached": False},
        ),
        (f'Container image "{IMAGE}" already present on machine', {"cached": True}),
        (
            f'Container image "{IMAGE}" already present on machine and can be accessed by the pod',
            {"cached": True},
        ),
        ("in s (ms including waiting) size: ", {"cached": False}),
        (None, {}),
    ],
)
def test_figures_are_read_as_far_as_they_are_told(message: str | None, found: Json) -> None:
    assert read_pulled(message) == {**UNTOLD, **found}


@given(st.text() | st.text(alphabet="in 0123456789.hmsµ()sizeMiB:"))
def test_no_message_is_too_strange(message: str) -> None:
    found = read_pulled(message)
    assert found["seconds"] is None or found["seconds"] >= 0
    assert found["bytes"] is None or found["bytes"] >= 0
