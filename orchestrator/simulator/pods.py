"""What a pod says of itself, and the shapes that a kubelet gives its status."""

from typing import Any

from orchestrator.simulator import clock
from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Stored

HOSTNAME = "kubernetes.io/hostname"


def names(pod: Stored) -> tuple[str, ...]:
    """The names that a rule's `job` may match: the pod's own and its owners'."""
    owners = pod.view["metadata"].get("ownerReferences", [])
    return (pod.name, *(owner["name"] for owner in owners))


def pinned_node(pod: Stored) -> str:
    """The one node that the pod is bound or pinned to; empty when it may go anywhere."""
    spec = pod.view["spec"]
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    for fields in (field for term in affinity_terms(spec) for field in term.get("matchFields", [])):
        if fields["key"] == "metadata.name" and fields["operator"] == "In" and len(fields["values"]) == 1:
            return str(fields["values"][0])
    return str(spec.get("nodeSelector", {}).get(HOSTNAME, ""))


def affinity_terms(spec: Object) -> list[Object]:
    """The alternatives of the pod's required node affinity."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    return required.get("nodeSelectorTerms") or []


def waiting_reason(pod: Object) -> str:
    """Why the pod's container has not started; empty once it has."""
    states = pod["status"].get("containerStatuses")
    if states:
        return str(states[0]["state"].get("waiting", {}).get("reason", ""))
    return "ContainerCreating" if pod["status"]["phase"] == "Pending" else ""


def set_condition(status: Object, type_: str, value: bool, **more: str) -> None:
    """Set a condition, moving its transition time only when its value changes."""
    conditions = status.setdefault("conditions", [])
    text = "True" if value else "False"
    old = next((each for each in conditions if each["type"] == type_), None)
    moved = old is None or old["status"] != text
    new: Object = {
        "type": type_,
        "status": text,
        "lastProbeTime": None,
        "lastTransitionTime": clock.now() if moved or old is None else old["lastTransitionTime"],
        **more,
    }
    conditions[:] = [each for each in conditions if each["type"] != type_] + [new]


def set_waiting(pod: Object, reason: str, message: str | None = None) -> None:
    """No container has started, and why."""
    waiting = {"reason": reason, **({"message": message} if message else {})}
    _set_containers(pod, {"waiting": waiting}, ready=False)
    pod["status"]["phase"] = "Pending"


def set_refused(pod: Object, waiting: dict[str, Object]) -> None:
    """The named containers wait for their images, the others run."""
    set_running(pod)
    status = pod["status"]
    for index, container in enumerate(pod["spec"]["containers"]):
        if state := waiting.get(container["name"]):
            refused = _container_status(pod, index, container, state, ready=False)
            status["containerStatuses"][index] = refused
    everybody = len(waiting) == len(status["containerStatuses"])
    status["phase"] = "Pending" if everybody else "Running"
    unready = {
        "reason": "ContainersNotReady",
        "message": f"containers with unready status: [{' '.join(waiting)}]",
    }
    set_condition(status, "Ready", False, **unready)
    set_condition(status, "ContainersReady", False, **unready)


def set_running(pod: Object) -> None:
    _set_containers(pod, {"running": {"startedAt": clock.now()}}, ready=True)
    pod["status"]["phase"] = "Running"


def set_terminated(pod: Object, exit_code: int, reason: str, message: str = "") -> None:
    """The first container has ended, and with it the pod."""
    status = pod["status"]
    before = (status.get("containerStatuses") or [{}])[0].get("state", {})
    finished = clock.now()
    terminated: Object = {
        "exitCode": exit_code,
        "reason": reason,
        **({"message": message} if message else {}),
        "startedAt": before.get("running", {}).get("startedAt", finished),
        "finishedAt": finished,
        "containerID": _container_id(pod, 0),
    }
    _set_containers(pod, {"terminated": terminated}, ready=False)
    status["phase"] = "Succeeded" if exit_code == 0 else "Failed"


def set_started(pod: Object, *, pod_ip: str, host_ip: str) -> None:
    """The kubelet has taken the pod: where it is and since when."""
    status = pod["status"]
    status["hostIP"] = host_ip
    status["podIP"], status["podIPs"] = pod_ip, [{"ip": pod_ip}]
    status.setdefault("startTime", clock.now())
    set_condition(status, "Initialized", True)


def _set_containers(pod: Object, state: Object, *, ready: bool) -> None:
    status, finished = pod["status"], "terminated" in state
    status["containerStatuses"] = [
        _container_status(pod, index, container, state, ready=ready)
        for index, container in enumerate(pod["spec"]["containers"])
    ]
    why: dict[str, str] = {}
    if not ready:
        unready = ", ".join(container["name"] for container in pod["spec"]["containers"])
        done = finished and state["terminated"]["exitCode"] == 0
        why = (
            {"reason": "PodCompleted"}
            if done
            else {"reason": "ContainersNotReady", "message": f"containers with unready status: [{unready}]"}
        )
    set_condition(status, "Ready", ready, **why)
    set_condition(status, "ContainersReady", ready, **why)


def _container_status(
    pod: Object, index: int, container: Object, state: dict[str, Any], *, ready: bool
) -> Object:
    started = "waiting" not in state
    identity = {"imageID": f"docker.io/{container['image']}", "containerID": _container_id(pod, index)}
    return {
        "name": container["name"],
        "state": state,
        "lastState": {},
        "ready": ready,
        "restartCount": 0,
        "image": container["image"],
        **(identity if started else {"imageID": ""}),
        "started": ready,
    }


def _container_id(pod: Object, index: int) -> str:
    return f"containerd://{pod['metadata']['uid'].replace('-', '')}{index:032x}"
