"""What becomes of pods, read from their status as Kubernetes writes it."""

from typing import Any

import pytest

from orchestrator.evidence import Reason, Timing
from orchestrator.objects import Pod
from orchestrator.run.fates import Sign, death_of, has_ended, sign_of, timing_of
from orchestrator.run.patience import Patience

PATIENCE = Patience(schedule=1, recover=2)
SCHEDULED = {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-02T03:04:06Z"}
RAN = {"startedAt": "2026-01-02T03:04:09Z", "finishedAt": "2026-01-02T03:04:15Z"}


def pod(
    *states: dict[str, Any], ready: bool = False, init: tuple[dict[str, Any], ...] = (), **status: Any
) -> Pod:
    """A pod whose containers are in these states."""
    conditions = status.pop("conditions", [SCHEDULED])
    return Pod.model_validate(
        {
            "metadata": {"name": "p", "uid": "u", "creationTimestamp": "2026-01-02T03:04:05Z"},
            "spec": {"nodeName": "n1"},
            "status": {
                "phase": "Pending",
                "conditions": conditions,
                "containerStatuses": [{"name": "probes", "ready": ready, "state": state} for state in states],
                "initContainerStatuses": [{"name": "init", "state": state} for state in init],
                **status,
            },
        }
    )


def waiting(reason: str, message: str = "in its own words") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def ended(code: int, reason: str, message: str = "") -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason, "message": message, **RAN}}


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unknown", ""])
def test_a_pod_on_its_way_has_not_ended(phase: str) -> None:
    assert not has_ended(pod(phase=phase))


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended(phase: str) -> None:
    assert has_ended(pod(phase=phase))


@pytest.mark.parametrize(
    "healthy",
    [
        pod(),
        pod(conditions=[]),
        pod(waiting("ContainerCreating")),
        pod(waiting("PodInitializing")),
        pod({"running": {}}, ready=True, phase="Running", conditions=[{"type": "Ready", "status": "True"}]),
        pod({"running": {}}, phase="Running", conditions=[{"type": "Ready", "status": "False"}]),
        pod({}),
        Pod(),
    ],
    ids=["scheduled", "new", "creating", "initializing", "running", "starting", "no state", "empty"],
)
def test_nothing_is_wrong_with_a_pod_on_its_way(healthy: Pod) -> None:
    assert sign_of(healthy, PATIENCE) is None


@pytest.mark.parametrize(
    ("told", "reason", "patience"),
    [
        ("ErrImagePull", Reason.IMAGE_PULL, 2),
        ("ImagePullBackOff", Reason.IMAGE_PULL, 2),
        ("RegistryUnavailable", Reason.IMAGE_PULL, 2),
        ("ImageInspectError", Reason.IMAGE_PULL, 0),
        ("InvalidImageName", Reason.IMAGE_PULL, 0),
        ("ErrImageNeverPull", Reason.IMAGE_PULL, 0),
        ("SignatureValidationFailed", Reason.IMAGE_PULL, 0),
        ("CreateContainerConfigError", Reason.CONFIG_ERROR, 0),
        ("CreateContainerError", Reason.START_ERROR, 2),
        ("RunContainerError", Reason.START_ERROR, 2),
    ],
)
def test_a_container_that_cannot_start(told: str, reason: Reason, patience: float) -> None:
    sign = Sign(reason, f"{told}: in its own words", patience)
    assert sign_of(pod(waiting(told)), PATIENCE) == sign
    assert sign_of(pod({}, init=(waiting(told),)), PATIENCE) == sign
    assert sign_of(pod(waiting(told, "")), PATIENCE) == Sign(reason, told, patience)


def test_a_pod_that_no_node_will_have() -> None:
    words = "0/3 nodes are available: 3 Insufficient cpu."
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": words}
    assert sign_of(pod(conditions=[condition]), PATIENCE) == Sign(Reason.UNSCHEDULABLE, words, 1)


def test_a_pod_on_a_node_that_fell_silent() -> None:
    words = "Node n1 which was running pod p is unresponsive"
    lost = pod({"running": {}}, phase="Running", reason="NodeLost", message=words)
    assert sign_of(lost, PATIENCE) == Sign(Reason.NODE_LOST, words, 2)
    left = pod(
        {"running": {}}, ready=True, phase="Running", conditions=[{"type": "Ready", "status": "False"}]
    )
    assert sign_of(left, PATIENCE) == Sign(Reason.NODE_LOST, "node n1 stopped answering", 2)


@pytest.mark.parametrize(
    ("dead", "sign"),
    [
        (
            pod(
                ended(137, "Error"),
                phase="Failed",
                reason="Evicted",
                message="The node was low on resource: memory.",
            ),
            Sign(Reason.EVICTED, "The node was low on resource: memory."),
        ),
        (pod(phase="Failed", reason="Evicted"), Sign(Reason.EVICTED, "the pod ended: Evicted")),
        (
            pod(
                phase="Failed",
                reason="NodeShutdown",
                message="Pod was terminated in response to imminent node shutdown.",
            ),
            Sign(Reason.EVICTED, "Pod was terminated in response to imminent node shutdown."),
        ),
        (
            pod(
                phase="Failed",
                reason="DeadlineExceeded",
                message="Pod was active on the node longer than the specified deadline",
            ),
            Sign(Reason.DEADLINE, "Pod was active on the node longer than the specified deadline"),
        ),
        (
            pod(phase="Failed", reason="NodeLost", message="Node n1 is unresponsive"),
            Sign(Reason.NODE_LOST, "Node n1 is unresponsive"),
        ),
        (
            pod(ended(137, "OOMKilled", "half a line\nthe last line"), phase="Failed"),
            Sign(Reason.OOM_KILLED, "OOMKilled, exit code 137: the last line"),
        ),
        (
            pod(
                ended(128, "StartError", 'exec: "python3": executable file not found in $PATH'),
                phase="Failed",
            ),
            Sign(
                Reason.START_ERROR,
                'StartError, exit code 128: exec: "python3": executable file not found in $PATH',
            ),
        ),
        (
            pod(ended(128, "ContainerCannotRun"), phase="Failed"),
            Sign(Reason.START_ERROR, "ContainerCannotRun, exit code 128"),
        ),
        (
            pod(ended(137, "Error"), phase="Failed"),
            Sign(Reason.CRASHED, "killed by SIGKILL (Error, exit code 137)"),
        ),
        (
            pod(ended(1, "Error", "Traceback\nValueError: no\n"), phase="Failed"),
            Sign(Reason.CRASHED, "Error, exit code 1: ValueError: no"),
        ),
        (pod(ended(2, ""), phase="Failed"), Sign(Reason.CRASHED, "ended, exit code 2")),
        (
            pod(ended(0, "Completed"), phase="Succeeded"),
            Sign(
                Reason.NO_RESULT,
                "the pod succeeded, but neither its log nor its termination message has a result",
            ),
        ),
        (
            pod(phase="Failed"),
            Sign(Reason.NOT_STARTED, "the pod ended without having started its container"),
        ),
        (
            pod(phase="Failed", reason="UnexpectedAdmissionError", message="Allocate failed due to no GPU"),
            Sign(Reason.NOT_STARTED, "Allocate failed due to no GPU"),
        ),
    ],
    ids=lambda value: value.reason.value if isinstance(value, Sign) else "",
)
def test_how_a_pod_died(dead: Pod, sign: Sign) -> None:
    assert death_of(dead) == sign


def test_where_the_time_went() -> None:
    assert timing_of(pod(ended(0, "Completed"), phase="Succeeded")) == Timing(schedule=1, start=3, run=6)
    unbound = pod(ended(0, "Completed"), phase="Succeeded", conditions=[])
    assert timing_of(unbound) == Timing(schedule=None, start=4, run=6)


@pytest.mark.parametrize("missing", ["startedAt", "finishedAt"])
def test_a_time_that_was_not_told_is_not_guessed(missing: str) -> None:
    state = ended(0, "Completed")
    del state["terminated"][missing]
    assert timing_of(pod(state, phase="Succeeded")) is None
    assert timing_of(pod({"running": {}}, phase="Running")) is None
