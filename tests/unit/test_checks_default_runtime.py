"""The check `default-runtime`."""

from typing import Any

import pytest

from orchestrator.objects import Node
from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import CLUSTER, judge, node, row, verdict
from tests.unit.running import deployment, running

POLICY = Subject(kind="ClusterPolicy", name="policy")
EXPECTED = "spec.operator.defaultRuntime is the nodes' container runtime, or the GPU Operator 1.9 or later"


def gpu(name: str, runtime: str) -> Node:
    return node(
        name, capacity={"nvidia.com/gpu": "8"}, info={"containerRuntimeVersion": f"{runtime}://1.6.6"}
    )


def judged(*nodes: Node, runtime: str | None, version: str | None = "v1.8.2") -> list[Verdict]:
    """With a GPU Operator of this version that is told of this runtime."""
    images = [] if version is None else [f"nvcr.io/nvidia/gpu-operator:{version}"]
    spec: dict[str, Any] = {"operator": {"defaultRuntime": runtime}}
    policy = {"metadata": {"name": "policy"}, "spec": spec}
    operators = [deployment("gpu-operator", *images)]
    return judge(row("default-runtime"), running(*nodes, deployments=operators, policies=[policy]))


def seen(runtime: str | None, *runtimes: str) -> dict[str, Any]:
    return {"spec.operator.defaultRuntime": runtime, "runtimes": list(runtimes)}


@pytest.mark.parametrize("version", ["v1.8.2", "latest", None])
def test_told_wrongly(version: str | None) -> None:
    message = "spec.operator.defaultRuntime is docker, the GPU nodes run containerd"
    assert judged(gpu("a", "containerd"), node("cpu"), runtime="docker", version=version) == [
        verdict("fail", POLICY, message, seen("docker", "containerd"), EXPECTED)
    ]


def test_nodes_that_differ() -> None:
    message = "spec.operator.defaultRuntime is docker, the GPU nodes run containerd and docker"
    (found,) = judged(gpu("a", "containerd"), gpu("b", "docker"), runtime="docker")
    assert (found.status, found.message) == ("fail", message)


def test_not_told() -> None:
    message = "spec.operator.defaultRuntime is not set, the GPU nodes run docker"
    (found,) = judged(gpu("a", "docker"), runtime=None)
    assert (found.status, found.message) == ("fail", message)


@pytest.mark.parametrize(
    ("runtime", "told"), [("containerd", "containerd"), ("docker", "docker"), ("cri-o", "crio")]
)
def test_told_rightly(runtime: str, told: str) -> None:
    message = f"spec.operator.defaultRuntime is {told}, the GPU nodes run {told}"
    assert judged(gpu("a", runtime), runtime=told) == [
        verdict("pass", POLICY, message, seen(told, told), EXPECTED)
    ]


@pytest.mark.parametrize("version", ["v1.9.0", "v22.9.0"])
def test_found_out_by_the_gpu_operator(version: str) -> None:
    message = f"the GPU Operator {version} finds the nodes' runtime out itself"
    assert judged(gpu("a", "containerd"), runtime="docker", version=version) == [
        verdict("pass", POLICY, message, seen("docker", "containerd"), EXPECTED)
    ]


def test_no_gpu_node() -> None:
    message = "does not apply: no node shows a GPU"
    assert judged(node("cpu"), runtime="docker") == [verdict("skip", CLUSTER, message)]


def test_no_policy() -> None:
    message = "there is no ClusterPolicy that could name a runtime"
    assert judge(row("default-runtime"), running(gpu("a", "docker"))) == [verdict("skip", CLUSTER, message)]


def test_what_it_reads() -> None:
    needed = ("nodes", "clusterpolicies", "daemonsets", "deployments", "statefulsets")
    assert row("default-runtime").reads() == needed
