"""Which node a pod gets, and the scheduler's words when it gets none."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.simulator.scheduler import tolerates
from orchestrator.simulator.server import Simulator

from .conftest import PODS, Raw, Simulate, cluster, node, pod, until

OpenRaw = Callable[[Simulator], Raw]
GPU = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
CLUSTER = (
    node("control", taints=[{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]),
    node("cordoned", unschedulable=True),
    node("gpu", labels={"gpu": "a100", "memory": "80"}, taints=[GPU]),
    node("plain"),
)


def pinned(name: str) -> dict[str, Any]:
    fields = [{"key": "metadata.name", "operator": "In", "values": [name]}]
    return affinity({"matchFields": fields})


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    return {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    }


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return affinity({"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]})


ALL = [{"operator": "Exists"}]


@pytest.mark.parametrize(
    ("spec", "chosen"),
    [
        ({}, "plain"),
        ({"nodeName": "gpu"}, "gpu"),
        ({"tolerations": ALL, "affinity": pinned("control")}, "control"),
        ({"tolerations": ALL, "affinity": pinned("cordoned")}, "cordoned"),
        ({"tolerations": ALL, "nodeSelector": {"gpu": "a100"}}, "gpu"),
        ({"tolerations": ALL, "nodeSelector": {"kubernetes.io/hostname": "plain"}}, "plain"),
        ({"tolerations": ALL, "affinity": expression("gpu", "Exists")}, "gpu"),
        ({"tolerations": ALL, "affinity": expression("memory", "Gt", "40")}, "gpu"),
        ({"affinity": expression("gpu", "DoesNotExist")}, "plain"),
        ({"affinity": expression("gpu", "NotIn", "a100")}, "plain"),
        ({"tolerations": [{**GPU, "operator": "Equal"}], "nodeSelector": {"gpu": "a100"}}, "gpu"),
    ],
)
def test_the_node_that_a_pod_gets(
    simulate: Simulate, raw: OpenRaw, spec: dict[str, Any], chosen: str
) -> None:
    simulator = simulate(cluster(*CLUSTER), run_probes=False)
    assert raw(simulator)("POST", PODS, pod("probe", **spec)).status == 201
    (bound,) = until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Running")
    assert bound.fields["spec.nodeName"] == chosen
    assert bound.view["status"]["hostIP"] == "10.0.0.1"


@pytest.mark.parametrize(
    ("version", "spec", "words"),
    [
        (
            "v1.23.17",
            {"affinity": pinned("gpu")},
            (
                "0/4 nodes are available: 1 node(s) had taint {nvidia.com/gpu: present}, that the pod didn't "
                "tolerate, 3 node(s) didn't match Pod's node affinity/selector."
            ),
        ),
        (
            "v1.24.1",
            {"affinity": pinned("gpu")},
            (
                "0/4 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}, "
                "3 node(s) didn't match Pod's node affinity/selector."
            ),
        ),
        (
            "v1.27.3",
            {"tolerations": ALL, "nodeSelector": {"no": "such"}},
            (
                "0/4 nodes are available: 4 node(s) didn't match Pod's node affinity/selector. preemption: "
                "0/4 nodes are available: 4 Preemption is not helpful for scheduling."
            ),
        ),
        (
            "v1.23.17",
            {"nodeSelector": {"no": "such"}},
            (
                "0/4 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had "
                "taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 1 node(s) had taint "
                "{nvidia.com/gpu: present}, that the pod didn't tolerate, 1 node(s) were unschedulable."
            ),
        ),
    ],
)
def test_why_a_pod_gets_none(
    simulate: Simulate, raw: OpenRaw, version: str, spec: dict[str, Any], words: str
) -> None:
    simulator = simulate(cluster(*CLUSTER, version=version))
    raw(simulator)("POST", PODS, pod("probe", **spec))
    (waiting,) = until(simulator, "pods", lambda pods: "conditions" in pods[0].view["status"])
    (condition,) = waiting.view["status"]["conditions"]
    assert (condition["type"], condition["status"], condition["reason"]) == (
        "PodScheduled",
        "False",
        "Unschedulable",
    )
    assert condition["message"] == words
    (event,) = until(simulator, "events", lambda events: bool(events))
    assert (event.view["reason"], event.view["message"]) == ("FailedScheduling", words)


def wanting(name: str, gpus: int, **spec: Any) -> dict[str, Any]:
    return pod(name, container={"resources": {"limits": {"nvidia.com/gpu": str(gpus)}}}, **spec)


def test_a_pod_waits_until_others_make_room(simulate: Simulate, raw: OpenRaw) -> None:
    full = node("full")
    full["status"]["allocatable"] = {"nvidia.com/gpu": "8", "pods": "3"}
    described = wanting("old", 6, nodeName="full") | {"status": {"phase": "Running"}}
    over = wanting("over", 8, nodeName="full") | {"status": {"phase": "Succeeded"}}
    simulator = simulate(
        cluster(full, node("control", unschedulable=True), described, over), run_probes=False
    )
    call = raw(simulator)
    assert call("POST", PODS, wanting("two", 2)).status == 201
    until(
        simulator,
        "pods",
        lambda pods: [p.fields["status.phase"] for p in pods if p.name == "two"] == ["Running"],
    )
    assert call("POST", PODS, wanting("more", 1)).status == 201
    (event,) = until(simulator, "events", lambda events: bool(events))
    assert event.view["message"] == (
        "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) were unschedulable."
    )
    simulator.store.delete("pods", "two", "default")
    until(
        simulator,
        "pods",
        lambda pods: [p.fields["status.phase"] for p in pods if p.name == "more"] == ["Running"],
    )


def test_a_node_holds_so_many_pods(simulate: Simulate, raw: OpenRaw) -> None:
    small = node("small")
    small["status"]["allocatable"] = {"pods": "1"}
    simulator = simulate(cluster(small), run_probes=False)
    call = raw(simulator)
    call("POST", PODS, pod("a"))
    until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Running")
    call("POST", PODS, pod("b"))
    (event,) = until(simulator, "events", lambda events: bool(events))
    assert event.view["message"] == "0/1 nodes are available: 1 Too many pods."


def test_a_pod_waits_for_a_node(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(run_probes=False)
    raw(simulator)("POST", PODS, pod())
    (waiting,) = until(simulator, "pods", lambda pods: "conditions" in pods[0].view["status"])
    assert waiting.view["status"]["conditions"][0]["message"] == "no nodes available to schedule pods"
    simulator.store.create(node("new"))
    until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Running")


def test_a_node_that_is_not_ready_is_tainted(simulate: Simulate, raw: OpenRaw) -> None:
    broken = node("n1")
    broken["status"]["conditions"][0]["status"] = "False"
    simulator = simulate(cluster(broken), run_probes=False)
    taints = simulator.store.get("nodes", "n1").view["spec"]["taints"]
    assert [(taint["key"], taint["effect"]) for taint in taints] == [
        ("node.kubernetes.io/not-ready", "NoSchedule"),
        ("node.kubernetes.io/not-ready", "NoExecute"),
    ]
    raw(simulator)("POST", PODS, pod())
    until(simulator, "pods", lambda pods: "conditions" in pods[0].view["status"])

    def recover(obj: dict[str, Any]) -> None:
        obj["status"]["conditions"][0]["status"] = "True"

    simulator.store.update("nodes", "n1", recover)
    until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Running")
    assert not simulator.store.get("nodes", "n1").view["spec"]["taints"]


@pytest.mark.parametrize(
    ("toleration", "tolerated"),
    [
        ({"operator": "Exists"}, True),
        ({"operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "nvidia.com/gpu", "operator": "Exists"}, True),
        ({"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}, True),
        ({"key": "nvidia.com/gpu", "value": "other"}, False),
        ({"key": "nvidia.com/gpu"}, False),
        ({"key": "other", "operator": "Exists"}, False),
        ({"value": "present"}, False),
    ],
)
def test_tolerations(toleration: dict[str, str], tolerated: bool) -> None:
    assert tolerates(toleration, GPU) is tolerated
