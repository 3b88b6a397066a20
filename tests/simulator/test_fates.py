"""What becomes of pods by rule, in the words and shapes of a real cluster."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.simulator.rules import fate_names
from orchestrator.simulator.server import Simulator
from orchestrator.simulator.store import Stored

from .conftest import JOBS, PODS, Raw, Simulate, cluster, job, node, pod, until

OpenRaw = Callable[[Simulator], Raw]
IMAGE = "registry.example.com/probe:1"
NOT_FOUND = (
    f'rpc error: code = NotFound desc = failed to pull and unpack image "{IMAGE}": failed to resolve '
    f'reference "{IMAGE}": {IMAGE}: not found'
)


def fated(name: str, **rule: Any) -> str:
    return cluster(node("n1"), node("n2"), fates=[{"match": {"job": "probe*"}, "fate": name, **rule}])


def state(stored: Stored) -> dict[str, Any]:
    statuses = stored.view["status"].get("containerStatuses") or [{"state": {}}]
    found: dict[str, Any] = statuses[0]["state"]
    return found


@pytest.mark.parametrize(
    ("fate", "reason", "message"),
    [
        ("image-pull", "ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'),
        (
            "invalid-image",
            "InvalidImageName",
            (
                f'Failed to apply default image tag "{IMAGE}": couldn\'t parse image reference "{IMAGE}": '
                "invalid reference format"
            ),
        ),
        ("config-error", "CreateContainerConfigError", 'configmap "missing" not found'),
        ("pending", "ContainerCreating", None),
    ],
)
def test_pods_that_never_start(
    simulate: Simulate, raw: OpenRaw, fate: str, reason: str, message: str | None
) -> None:
    simulator = simulate(fated(fate))
    call = raw(simulator)
    call("POST", PODS, pod())
    (stuck,) = until(
        simulator, "pods", lambda pods: state(pods[0]).get("waiting", {}).get("reason") == reason
    )
    assert stuck.fields["status.phase"] == "Pending"
    assert state(stuck)["waiting"].get("message") == message
    until(simulator, "events", lambda events: bool(events))
    assert call("GET", f"{PODS}/probe/log").status == 400


def test_the_pull_error_comes_before_the_back_off(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("image-pull"))
    call = raw(simulator)
    call("POST", PODS, pod())
    until(
        simulator, "pods", lambda pods: state(pods[0]).get("waiting", {}).get("reason") == "ImagePullBackOff"
    )
    waits = [state(event.last).get("waiting") for event in simulator.store.collection("pods").events]
    assert {"reason": "ErrImagePull", "message": NOT_FOUND} in waits
    answer = call("GET", f"{PODS}/probe/log").json()
    assert answer["message"].endswith("is waiting to start: trying and failing to pull image")


@pytest.mark.parametrize(
    ("fate", "phase", "exit_code", "reason", "log"),
    [
        ("start-error", "Failed", 128, "StartError", b""),
        ("oom", "Failed", 137, "OOMKilled", b""),
        ("evicted", "Failed", 137, "Error", b""),
        ("no-output", "Succeeded", 0, "Completed", b""),
        ("crash", "Failed", 1, "Error", b"RuntimeError: simulated crash\n"),
    ],
)
def test_pods_that_end(
    simulate: Simulate, raw: OpenRaw, fate: str, phase: str, exit_code: int, reason: str, log: bytes
) -> None:
    simulator = simulate(fated(fate))
    call = raw(simulator)
    call("POST", JOBS, job())
    (ended,) = until(simulator, "pods", lambda pods: bool(pods) and "terminated" in state(pods[0]))
    terminated = state(ended)["terminated"]
    assert (ended.fields["status.phase"], terminated["exitCode"], terminated["reason"]) == (
        phase,
        exit_code,
        reason,
    )
    assert call("GET", f"{PODS}/{ended.name}/log").data.endswith(log)
    until(simulator, "jobs", lambda jobs: "conditions" in jobs[0].view["status"])


def test_an_evicted_pod_says_so(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("evicted", message="The node was low on resource: disk."))
    raw(simulator)("POST", PODS, pod())
    (ended,) = until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Failed")
    assert ended.view["status"]["reason"] == "Evicted"
    assert ended.view["status"]["message"] == "The node was low on resource: disk."


def test_garbage_is_no_text(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("garbage"))
    call = raw(simulator)
    call("POST", PODS, pod())
    until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Succeeded")
    data = call("GET", f"{PODS}/probe/log").data
    with pytest.raises(UnicodeDecodeError):
        data.decode()


def test_a_truncated_result_is_cut_in_log_and_message(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("truncated"))
    call = raw(simulator)
    env = [{"name": "RUNAI_PREFLIGHT_RUN", "value": "r1"}]
    call("POST", PODS, pod(container={"env": env}))
    (ended,) = until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Succeeded")
    log = call("GET", f"{PODS}/probe/log").data.decode()
    assert log.startswith('runai-preflight-result: {"schema":1,"probe":"node","run":"r1"')
    assert not log.endswith("}")
    assert state(ended)["terminated"]["message"] == log


def test_a_pod_that_hangs_ends_at_its_deadline(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("deadline"))
    raw(simulator)("POST", PODS, pod(activeDeadlineSeconds=1))
    (ended,) = until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Failed")
    assert ended.view["status"]["reason"] == "DeadlineExceeded"


def test_an_unschedulable_pod_by_rule(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("unschedulable"))
    raw(simulator)("POST", PODS, pod())
    (waiting,) = until(simulator, "pods", lambda pods: "conditions" in pods[0].view["status"])
    (condition,) = waiting.view["status"]["conditions"]
    assert condition["message"] == "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."


def test_a_lost_node_keeps_its_pods_terminating(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("node-lost"))
    call = raw(simulator)
    call("POST", PODS, pod(nodeName="n1"))
    (lost,) = until(simulator, "pods", lambda pods: "deletionTimestamp" in pods[0].view["metadata"])
    assert lost.fields["status.phase"] == "Running"
    assert lost.view["status"]["reason"] == "NodeLost"
    assert lost.view["status"]["message"] == "Node n1 which was running pod probe is unresponsive"
    ready = next(each for each in lost.view["status"]["conditions"] if each["type"] == "Ready")
    assert ready["status"] == "False"
    n1 = simulator.store.get("nodes", "n1").view
    assert {taint["key"] for taint in n1["spec"]["taints"]} == {"node.kubernetes.io/unreachable"}
    assert n1["status"]["conditions"][0]["message"] == "Kubelet stopped posting node status."
    response = call("GET", f"{PODS}/probe/log")
    assert (response.status, response.json()["message"]) == (
        500,
        'Get "https://10.0.0.1:10250/containerLogs/default/probe/main": dial tcp 10.0.0.1:10250: i/o timeout',
    )
    assert call("DELETE", f"{PODS}/probe").json()["metadata"]["deletionTimestamp"]
    assert call("DELETE", f"{PODS}/probe", {"gracePeriodSeconds": 0}).status == 200
    assert simulator.store.objects("pods") == []


def test_a_job_deleted_by_someone_else(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(fated("deleted"))
    assert raw(simulator)("POST", JOBS, job()).status == 201
    until(simulator, "jobs", lambda jobs: not jobs)
    until(simulator, "pods", lambda pods: not pods)


def test_a_rule_may_wait_and_match_by_node(simulate: Simulate, raw: OpenRaw) -> None:
    rules = [{"match": {"node": "n2"}, "fate": "oom", "after": 0.1}]
    simulator = simulate(cluster(node("n1"), node("n2"), fates=rules), run_probes=False)
    call = raw(simulator)
    call("POST", PODS, pod("a", nodeName="n1"))
    call("POST", PODS, pod("b", nodeName="n2"))
    until(simulator, "pods", lambda pods: [p.fields["status.phase"] for p in pods] == ["Running", "Failed"])


def test_every_fate_is_known_by_name() -> None:
    assert " ".join(sorted(fate_names())) == (
        "config-error crash deadline deleted evicted garbage image-pull invalid-image no-output node-lost "
        "oom pending start-error truncated unschedulable"
    )
