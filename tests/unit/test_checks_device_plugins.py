"""The check `device-plugins`."""

from typing import Any

import pytest

from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import CLUSTER, judge, row, verdict
from tests.unit.running import daemonset, running

OPERATORS = daemonset(
    "plugin", container="nvidia-device-plugin", namespace="gpu-operator", owner="ClusterPolicy"
)
EKSCTLS = daemonset("plugin", container="nvidia-device-plugin-ctr", namespace="kube-system")
GOOGLES = daemonset("small-cos", container="nvidia-gpu-device-plugin", namespace="kube-system")
TOO_MANY = "this device plugin is one too many: another one offers the same GPUs"
FOREIGN = "this device plugin is not the GPU Operator's, which is to offer the GPUs alone"


def told(*plugins: dict[str, Any]) -> list[str]:
    names = [f"{plugin['metadata']['namespace']}/{plugin['metadata']['name']}" for plugin in plugins]
    return [f"DaemonSet {name}: registry.example/image:v1.0; 2 of 2 pods ready" for name in names]


def judged(*plugins: dict[str, Any], only_operator: bool = False) -> list[Verdict]:
    return judge(row("device-plugins", {"onlyOperator": only_operator}), running(daemonsets=plugins))


def plugin(name: str) -> Subject:
    return Subject(kind="DaemonSet", name=name)


def test_one_beside_the_gpu_operators() -> None:
    seen = (told(OPERATORS, EKSCTLS), "one device plugin")
    assert judged(OPERATORS, EKSCTLS) == [verdict("fail", plugin("kube-system/plugin"), TOO_MANY, *seen)]


def test_one_that_was_applied_into_the_gpu_operators_namespace() -> None:
    other = daemonset("other", container="nvidia-device-plugin-ctr", namespace="gpu-operator")
    assert [found.subject.name for found in judged(OPERATORS, other)] == ["gpu-operator/other"]


def test_two_without_the_gpu_operator() -> None:
    other = daemonset("nvdp", container="nvidia-device-plugin-ctr", namespace="nvdp")
    seen = (told(EKSCTLS, other), "one device plugin")
    assert judged(EKSCTLS, other) == [
        verdict("fail", plugin("kube-system/plugin"), TOO_MANY, *seen),
        verdict("fail", plugin("nvdp/nvdp"), TOO_MANY, *seen),
    ]


def test_one_that_is_not_the_gpu_operators_where_it_must_be() -> None:
    seen = (told(EKSCTLS), "no device plugin but the GPU Operator's")
    assert judged(EKSCTLS, only_operator=True) == [
        verdict("fail", plugin("kube-system/plugin"), FOREIGN, *seen)
    ]


@pytest.mark.parametrize("only_operator", [True, False])
def test_the_gpu_operators_alone(only_operator: bool) -> None:
    (found,) = judged(OPERATORS, only_operator=only_operator)
    message = "no other device plugin runs"
    assert (found.status, found.subject.name, found.message) == ("pass", "gpu-operator/plugin", message)


@pytest.mark.parametrize(
    "other",
    [
        daemonset("plugin", container="nvidia-device-plugin-ctr", namespace="kube-system", desired=0),
        daemonset("gpu-feature-discovery", "nvcr.io/nvidia/k8s-device-plugin:v0.16.1"),
        daemonset("mps-control-daemon", "nvcr.io/nvidia/k8s-device-plugin:v0.16.1"),
    ],
)
def test_what_is_no_device_plugin_or_wants_no_pods(other: dict[str, Any]) -> None:
    (found,) = judged(OPERATORS, other)
    assert (found.status, found.subject.name) == ("pass", "gpu-operator/plugin")


def test_those_of_one_namespace_share_out_the_nodes() -> None:
    large = daemonset("large-cos", container="nvidia-gpu-device-plugin", namespace="kube-system")
    assert [found.status for found in judged(GOOGLES, large)] == ["pass", "pass"]


def test_none() -> None:
    assert judged() == [verdict("pass", CLUSTER, "no device plugin runs", [], "one device plugin")]


def test_what_it_reads() -> None:
    assert row("device-plugins").reads() == ("daemonsets",)
