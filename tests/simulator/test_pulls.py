"""What the kubelet says of the images that it always pulls, container by container."""

from collections.abc import Callable
from typing import Any

from orchestrator.simulator.server import Simulator
from orchestrator.simulator.store import Stored

from .conftest import PODS, Raw, Simulate, cluster, node, pod, until

OpenRaw = Callable[[Simulator], Raw]
REFUSED = ("ErrImagePull", "InvalidImageName")
HERE, GONE = "quay.io/example/here:1", "docker.io/example/gone:1"


def pulling(name: str = "pull", policy: str = "Always") -> dict[str, Any]:
    images = {"image-1": HERE, "image-2": GONE}
    containers = [{"name": n, "image": i, "imagePullPolicy": policy} for n, i in images.items()]
    return pod(name, containers=containers)


def said(events: list[Stored], container: str) -> list[tuple[str, str]]:
    path = f"spec.containers{{{container}}}"
    views = [each.view for each in events]
    own = [view for view in views if view["involvedObject"].get("fieldPath") == path]
    return sorted((view["reason"], view["message"]) for view in own)


def states(stored: Stored) -> dict[str, dict[str, Any]]:
    statuses = stored.view["status"].get("containerStatuses") or []
    return {status["name"]: status["state"] for status in statuses}


def reason(stored: Stored) -> str:
    """Why the second container waits."""
    return str(states(stored).get("image-2", {}).get("waiting", {}).get("reason", ""))


def test_a_container_whose_image_is_refused_waits_and_the_others_run(
    simulate: Simulate, raw: OpenRaw
) -> None:
    rules = [{"match": {"image": "docker.io/*", "node": "n1"}, "fate": "image-pull", "message": "not found"}]
    simulator = simulate(cluster(node("n1"), fates=rules))
    raw(simulator)("POST", PODS, pulling())
    (stuck,) = until(simulator, "pods", lambda pods: reason(pods[0]) in REFUSED)
    assert states(stuck)["image-2"] == {"waiting": {"reason": "ErrImagePull", "message": "not found"}}
    assert "running" in states(stuck)["image-1"]
    assert stuck.fields["status.phase"] == "Running"
    events = list(simulator.store.objects("events"))
    assert said(events, "image-2") == [
        ("Failed", f'Failed to pull image "{GONE}": not found'),
        ("Pulling", f'Pulling image "{GONE}"'),
    ]
    assert [why for why, _ in said(events, "image-1")] == ["Pulled", "Pulling"]


def test_a_node_that_pulls_nothing_says_so_of_each_image(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(node("n1"), fates=[{"match": {"node": "n1"}, "fate": "image-pull"}]))
    raw(simulator)("POST", PODS, pulling())
    (stuck,) = until(simulator, "pods", lambda pods: reason(pods[0]) in REFUSED)
    for name, image in {"image-1": HERE, "image-2": GONE}.items():
        waiting = states(stuck)[name]["waiting"]
        assert (waiting["reason"], image in waiting["message"]) == ("ErrImagePull", True)


def test_a_pod_of_which_no_image_comes_is_pending(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(node("n1"), fates=[{"match": {"image": "*"}, "fate": "invalid-image"}]))
    raw(simulator)("POST", PODS, pulling())
    (stuck,) = until(simulator, "pods", lambda pods: reason(pods[0]) in REFUSED)
    reasons = {name: state["waiting"]["reason"] for name, state in states(stuck).items()}
    assert reasons == {"image-1": "InvalidImageName", "image-2": "InvalidImageName"}
    assert stuck.fields["status.phase"] == "Pending"


def test_what_is_there_for_its_images_prints_no_results(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(node("n1"), results=[{"probe": "node", "data": {}}]))
    raw(simulator)("POST", PODS, pulling())
    (ended,) = until(simulator, "pods", lambda pods: "terminated" in states(pods[0]).get("image-1", {}))
    assert states(ended)["image-1"]["terminated"]["reason"] == "StartError"
    assert said(list(simulator.store.objects("events")), "image-1") == [
        (
            "Pulled",
            (
                f'Successfully pulled image "{HERE}" in 210ms (210ms including waiting). '
                "Image size: 2798889 bytes."
            ),
        ),
        ("Pulling", f'Pulling image "{HERE}"'),
    ]


def test_images_that_are_not_always_pulled_are_not_spoken_of(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(node("n1"), fates=[{"match": {"image": "*"}, "fate": "image-pull"}]))
    raw(simulator)("POST", PODS, pulling(policy="IfNotPresent"))
    until(simulator, "pods", lambda pods: "terminated" in states(pods[0]).get("image-1", {}))
    assert said(list(simulator.store.objects("events")), "image-1") == []
