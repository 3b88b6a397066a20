"""The check `gpu-daemonsets`."""

from typing import Any

import pytest

from orchestrator.evidence import Evidence
from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import CLUSTER, judge, node, row, verdict
from tests.unit.running import daemonset, running

PLUGIN = {"title": "the device plugin", "names": ["device-plugin"], "switch": "spec.devicePlugin.enabled"}
DRIVER = {"title": "the driver", "names": ["driver*"], "sometimes": True}
DISCOVERY = {"title": "Node Feature Discovery", "images": ["*discovery*"], "anyNode": True}
OTHER = {"title": "the validator", "names": ["validator"]}
VALIDATOR = daemonset("validator")
GPU = node("gpu", capacity={"nvidia.com/gpu": "8"})
NO_GPU = node("cpu")


def policy(enabled: Any) -> dict[str, Any]:
    return {"metadata": {"name": "policy"}, "spec": {"devicePlugin": {"enabled": enabled}}}


def judged(seen: Evidence, daemon: dict[str, Any]) -> Verdict:
    """What is said of this daemon, beside another one that is well."""
    found = judge(row("gpu-daemonsets", {"daemons": [daemon, OTHER]}), seen)
    return found[0]


def test_nothing_is_installed() -> None:
    requirement = row("gpu-daemonsets", {"daemons": [PLUGIN, DISCOVERY]})
    titles = "the device plugin, Node Feature Discovery"
    assert judge(requirement, running(GPU, policies=[policy(True)])) == [
        verdict("fail", CLUSTER, f"none of them runs: {titles}", [], titles)
    ]


@pytest.mark.parametrize("nodes", [[GPU], [GPU, NO_GPU]])
def test_one_is_missing(nodes: list[Any]) -> None:
    seen = running(*nodes, daemonsets=[VALIDATOR], policies=[policy(True)])
    message = "there is no DaemonSet of the device plugin"
    assert judged(seen, PLUGIN) == verdict("fail", CLUSTER, message, [], "all pods ready")


def test_no_node_wants_it_although_there_are_gpu_nodes() -> None:
    seen = running(GPU, NO_GPU, daemonsets=[VALIDATOR, daemonset("device-plugin", "r/i:v1", desired=0)])
    told = ["DaemonSet ns/device-plugin: r/i:v1; 0 of 0 pods ready"]
    message = "no node wants the device plugin, although there are GPU nodes (1)"
    subject = Subject(kind="DaemonSet", name="ns/device-plugin")
    assert judged(seen, PLUGIN) == verdict("fail", subject, message, told, "all pods ready")


def test_some_of_its_pods_are_not_ready() -> None:
    seen = running(GPU, daemonsets=[daemonset("device-plugin", "r/i:v1", desired=3, ready=1)])
    told = "DaemonSet ns/device-plugin: r/i:v1; 1 of 3 pods ready"
    subject = Subject(kind="DaemonSet", name="ns/device-plugin")
    assert judged(seen, PLUGIN) == verdict("fail", subject, "1 of 3 pods are ready", told, "all pods ready")


@pytest.mark.parametrize("policies", [[policy(True)], [policy(None)], [], [policy(False), policy(True)]])
def test_what_not_every_policy_switches_off_is_needed(policies: list[dict[str, Any]]) -> None:
    seen = running(GPU, daemonsets=[VALIDATOR], policies=policies)
    assert judged(seen, PLUGIN).status == "fail"


def test_it_is_switched_off() -> None:
    message = "the device plugin is switched off: spec.devicePlugin.enabled is false"
    seen = running(GPU, daemonsets=[VALIDATOR], policies=[policy(False)])
    assert judged(seen, PLUGIN) == verdict("skip", CLUSTER, message)


def test_what_runs_is_judged_even_if_switched_off() -> None:
    seen = running(GPU, daemonsets=[daemonset("device-plugin", ready=0)], policies=[policy(False)])
    assert judged(seen, PLUGIN).status == "fail"


def test_no_gpu_node_to_run_on() -> None:
    message = "no node shows a GPU, so the device plugin has nothing to run on"
    seen = running(NO_GPU, daemonsets=[VALIDATOR], policies=[policy(True)])
    assert judged(seen, PLUGIN) == verdict("skip", CLUSTER, message)


def test_what_is_for_any_node_is_needed_without_gpu_nodes_too() -> None:
    seen = running(NO_GPU, daemonsets=[VALIDATOR])
    assert judged(seen, DISCOVERY).message == "there is no DaemonSet of Node Feature Discovery"


def test_what_is_needed_only_sometimes_may_be_wanted_by_no_node() -> None:
    seen = running(GPU, daemonsets=[VALIDATOR, daemonset("driver-5.4", desired=0)])
    subject = Subject(kind="DaemonSet", name="ns/driver-5.4")
    assert judged(seen, DRIVER) == verdict("skip", subject, "no node wants the driver")


def test_what_is_needed_only_sometimes_must_be_there() -> None:
    seen = running(GPU, daemonsets=[VALIDATOR])
    assert judged(seen, DRIVER).message == "there is no DaemonSet of the driver"


def test_every_daemonset_of_one_program_is_judged() -> None:
    both = [daemonset("driver-5.4"), daemonset("driver-5.15", ready=1), daemonset("driver-6.1", desired=0)]
    found = judge(row("gpu-daemonsets", {"daemons": [DRIVER]}), running(GPU, daemonsets=both))
    assert [(each.status, each.subject.name) for each in found] == [
        ("pass", "ns/driver-5.4"),
        ("fail", "ns/driver-5.15"),
    ]


def test_the_settings_are_read_only_where_something_can_be_switched_off() -> None:
    assert row("gpu-daemonsets", {"daemons": [DRIVER]}).reads() == ("nodes", "daemonsets")
    needed = ("nodes", "daemonsets", "clusterpolicies")
    assert row("gpu-daemonsets", {"daemons": [PLUGIN]}).reads() == needed
