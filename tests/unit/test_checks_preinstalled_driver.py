"""The check `preinstalled-driver`."""

from typing import Any

from orchestrator.objects import Node
from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import CLUSTER, judge, node, row, verdict
from tests.unit.running import running

POLICY = Subject(kind="ClusterPolicy", name="policy")
OFF = ["spec.driver.enabled", "spec.toolkit.enabled"]
LABEL = "nvidia.com/gpu.deploy.driver"


def gpu(name: str, label: str = "true") -> Node:
    return node(name, labels={"nvidia.com/gpu.present": "true", LABEL: label})


def policy(driver: Any, toolkit: Any = False) -> dict[str, Any]:
    return {
        "metadata": {"name": "policy"},
        "spec": {"driver": {"enabled": driver}, "toolkit": {"enabled": toolkit}},
    }


def judged(*nodes: Node, policies: list[dict[str, Any]]) -> list[Verdict]:
    requirement = row("preinstalled-driver", {"disabled": OFF})
    return judge(requirement, running(*nodes, policies=policies))


def test_another_driver_is_to_be_installed() -> None:
    assert judged(gpu("a", "pre-installed"), node("cpu"), policies=[policy(True)]) == [
        verdict(
            "fail",
            POLICY,
            "a brought a driver along, but spec.driver.enabled is true",
            {"spec.driver.enabled": True, "spec.toolkit.enabled": False, "nodes": ["a"]},
            "spec.driver.enabled is false and spec.toolkit.enabled is false",
        )
    ]


def test_what_is_not_said_is_on() -> None:
    (found,) = judged(gpu("a", "pre-installed"), policies=[policy(None, "false")])
    said = "spec.driver.enabled is not set, spec.toolkit.enabled is false"
    assert (found.status, found.message) == ("fail", f"a brought a driver along, but {said}")


def test_many_nodes_are_not_all_named() -> None:
    nodes = [gpu(name, "pre-installed") for name in "abcde"]
    (found,) = judged(*nodes, policies=[policy(True)])
    assert found.message == "a, b, c and 2 more brought a driver along, but spec.driver.enabled is true"


def test_the_driver_is_left_alone() -> None:
    (found,) = judged(gpu("a", "pre-installed"), policies=[policy(False)])
    assert (found.status, found.subject) == ("pass", POLICY)
    assert found.message == "a brought a driver along, and the GPU Operator leaves it alone"


def test_only_some_nodes_have_one() -> None:
    message = "a brought a driver along, the other GPU nodes need one"
    assert judged(gpu("a", "pre-installed"), gpu("b"), policies=[policy(True)]) == [
        verdict("pass", CLUSTER, message, ["a"])
    ]


def test_no_node_has_one() -> None:
    message = "no GPU node shows that it brought a driver along"
    assert judged(gpu("a"), policies=[policy(True)]) == [verdict("pass", CLUSTER, message, [])]


def test_no_policy() -> None:
    message = "there is no ClusterPolicy that could install another driver"
    assert judged(gpu("a", "pre-installed"), policies=[]) == [verdict("skip", CLUSTER, message)]


def test_no_gpu_node() -> None:
    message = "does not apply: no node shows a GPU"
    assert judged(node("cpu"), policies=[policy(True)]) == [verdict("skip", CLUSTER, message)]


def test_what_it_reads() -> None:
    assert row("preinstalled-driver", {"disabled": OFF}).reads() == ("nodes", "clusterpolicies")
