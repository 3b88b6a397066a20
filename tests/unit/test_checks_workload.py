"""The check `workload`."""

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.evidence import Evidence
from orchestrator.requirement import Subject, Verdict
from tests.unit.builders import CLUSTER, cluster, judge, row, verdict
from tests.unit.running import daemonset, deployment, running

IMAGE = "registry.example/team/program:v1.4.2"
TOLD = f"Deployment ns/program: {IMAGE}; 1 of 1 pods ready"
PROGRAM = Subject(kind="Deployment", name="ns/program")


def judged(seen: Evidence, **expect: Any) -> list[Verdict]:
    return judge(row("workload", {"title": "Program", "images": ["*/program"], **expect}), seen)


def test_nothing_of_it_is_there() -> None:
    seen = running(deployments=[deployment("other", "registry.example/team/programme:v1.4.2")])
    assert judged(seen) == [verdict("fail", CLUSTER, "Program does not run", [], "Program: runs")]


def test_it_runs_elsewhere() -> None:
    expected = "Program: runs in namespace right"
    message = "Program does not run where it should, but as Deployment program in ns"
    seen = running(deployments=[deployment("program", IMAGE)])
    assert judged(seen, namespace="right") == [verdict("fail", CLUSTER, message, [TOLD], expected)]


def test_what_is_elsewhere_and_wants_no_pods_does_not_run_there() -> None:
    seen = running(deployments=[deployment("program", IMAGE, replicas=0, ready=0)])
    (found,) = judged(seen, namespace="right")
    assert found.message == "Program does not run"


def test_it_is_scaled_down() -> None:
    seen = running(deployments=[deployment("program", IMAGE, replicas=0, ready=0)])
    told = [f"Deployment ns/program: {IMAGE}; 0 of 0 pods ready"]
    message = "Program is there, but no pod of it is wanted anywhere"
    assert judged(seen) == [verdict("fail", PROGRAM, message, told, "Program: runs")]


@pytest.mark.parametrize("replicas", [1, None])
def test_its_pod_is_not_ready(replicas: int | None) -> None:
    seen = running(deployments=[deployment("program", IMAGE, replicas=replicas, ready=0)])
    told = f"Deployment ns/program: {IMAGE}; 0 of 1 pods ready"
    message = "Program is not healthy: 0 of 1 pods are ready"
    assert judged(seen, version=">=9") == [
        verdict("fail", PROGRAM, message, told, "Program: runs, version 9 or later")
    ]


def test_too_few_of_it_run() -> None:
    seen = running(deployments=[deployment("program", IMAGE)])
    assert judged(seen, atLeast=2) == [
        verdict("fail", CLUSTER, "only 1 Program runs, not 2", [TOLD], "Program: at least 2")
    ]


def test_too_many_of_it_run() -> None:
    seen = running(
        deployments=[deployment("program", IMAGE), deployment("program", IMAGE, namespace="other")]
    )
    message, expected = "this is Program: 2 of it run, and at most 1 may", "Program: runs, at most 1"
    other = Subject(kind="Deployment", name="other/program")
    assert judged(seen, atMost=1) == [
        verdict("fail", PROGRAM, message, TOLD, expected),
        verdict("fail", other, message, TOLD.replace("ns/", "other/"), expected),
    ]


def test_it_runs_and_must_not() -> None:
    seen = running(deployments=[deployment("program", IMAGE)])
    message = "this is Program, which must not run here"
    assert judged(seen, atMost=0) == [verdict("fail", PROGRAM, message, TOLD, "Program: none runs")]


def test_it_is_of_a_version_that_is_not_supported() -> None:
    seen = running(deployments=[deployment("program", IMAGE)])
    assert judged(seen, version=">=1.5") == [
        verdict(
            "fail",
            PROGRAM,
            "Program is v1.4.2; supported: 1.5 or later",
            TOLD,
            "Program: runs, version 1.5 or later",
        )
    ]


@pytest.mark.parametrize("tag", [":latest", "", "@sha256:0a1b", ":v1-855e096", ":5d9b948"])
def test_nothing_tells_its_version(tag: str) -> None:
    seen = running(deployments=[deployment("program", f"registry.example:5000/program{tag}")])
    (found,) = judged(seen, version=">=1.5")
    assert (found.status, found.message) == ("unknown", "Program runs in a version that cannot be told")


@pytest.mark.parametrize(
    "labels",
    [
        {"labels": {"app.kubernetes.io/version": "1.4.2"}},
        {"pod_labels": {"app.kubernetes.io/version": "v1.4.2"}},
        {"labels": {"serving.knative.dev/release": "v1.4.2"}},
        {"labels": {"olm.owner": "program-certified.v1.4.2"}},
        {"labels": {"app.kubernetes.io/version": "stable", "olm.owner": "program.v1.4.2"}},
    ],
)
def test_labels_tell_the_version_of_an_image_without_one(labels: dict[str, Any]) -> None:
    seen = running(deployments=[deployment("program", "registry.example/program@sha256:0a1b", **labels)])
    (found,) = judged(seen, version="1.4.2")
    assert (found.status, found.message.removeprefix("Program is ").lstrip("v")) == ("pass", "1.4.2")


def test_the_tag_comes_before_the_labels() -> None:
    labels = {"app.kubernetes.io/version": "1.9.9"}
    (found,) = judged(running(deployments=[deployment("program", IMAGE, labels=labels)]), version=">=1.4")
    assert found.message == "Program is v1.4.2"


def test_a_table_tells_the_version_of_a_tag_that_names_none() -> None:
    seen = running(deployments=[deployment("program", "registry.example/program:v1-855e096")])
    (found,) = judged(seen, version="1.5", builds={"v1-855e096": "1.5.0"})
    assert (found.status, found.message) == ("pass", "Program is 1.5.0")


def test_a_version_other_than_the_recommended_one_warns() -> None:
    seen = running(deployments=[deployment("program", IMAGE)])
    assert judged(seen, recommended="1.5") == [
        verdict(
            "warn", PROGRAM, "Program is v1.4.2; recommended: 1.5", TOLD, "Program: runs, recommended 1.5"
        )
    ]


def test_each_that_runs_is_judged_whatever_its_kind() -> None:
    seen = running(
        deployments=[deployment("program", IMAGE), deployment("idle", IMAGE, replicas=0, ready=0)],
        daemonsets=[daemonset("program", IMAGE, ready=1)],
        statefulsets=[deployment("program", "sidecar.example/other:v9", IMAGE)],
    )
    assert [(found.subject.kind, found.status, found.message) for found in judged(seen)] == [
        ("DaemonSet", "fail", "Program is not healthy: 1 of 2 pods are ready"),
        ("Deployment", "pass", "Program runs"),
        ("StatefulSet", "pass", "Program runs"),
    ]


@pytest.mark.parametrize(
    "seen", [running(), running(deployments=[deployment("program", IMAGE, replicas=0, ready=0)])]
)
def test_none_runs_as_it_must_be(seen: Evidence) -> None:
    (found,) = judged(seen, atMost=0)
    assert (found.status, found.subject, found.message) == ("pass", CLUSTER, "Program does not run")


def test_a_name_narrows_what_is_meant() -> None:
    seen = running(deployments=[deployment("program-test", IMAGE), deployment("program", IMAGE)])
    (found,) = judged(seen, name="*am")
    assert found.subject == PROGRAM


@pytest.mark.parametrize("counts", [{"atLeast": 2, "atMost": 1}, {"atLeast": 1, "atMost": 0}])
def test_counts_that_no_cluster_can_have(counts: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=r"there cannot be at least \d and at most \d"):
        judged(cluster(), **counts)


def test_what_it_reads() -> None:
    needed = ("daemonsets", "deployments", "statefulsets")
    assert row("workload", {"title": "Program", "images": ["*/program"]}).reads() == needed
