"""The Job controller's books, conditions and clocks."""

from collections.abc import Callable
from typing import Any

import pytest
from kubernetes import client

from orchestrator.simulator import jobs
from orchestrator.simulator.server import Simulator
from orchestrator.simulator.store import Stored

from .conftest import JOBS, Raw, Simulate, cluster, job, node, python, until

OpenRaw = Callable[[Simulator], Raw]
ONE_NODE = cluster(node("n1"))


def finished(found: list[Stored]) -> bool:
    return bool(found) and bool(found[0].view["status"].get("conditions"))


def condition(simulator: Simulator) -> dict[str, Any]:
    (done,) = until(simulator, "jobs", finished)
    found: dict[str, Any] = done.view["status"]["conditions"][0]
    return found


def test_a_job_completes(simulate: Simulate, connect: Callable[[Simulator], client.ApiClient]) -> None:
    simulator = simulate(ONE_NODE)
    batch = client.BatchV1Api(connect(simulator))
    batch.create_namespaced_job("default", job("probe", *python("pass")))
    until(simulator, "jobs", finished)
    status = batch.read_namespaced_job("probe", "default").status
    assert (status.succeeded, status.failed, status.active) == (1, None, None)
    assert status.completion_time >= status.start_time
    assert [(each.type, each.status) for each in status.conditions] == [("Complete", "True")]
    (pod,) = simulator.store.objects("pods")
    (owner,) = pod.view["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["controller"]) == ("Job", "probe", True)
    assert pod.name.startswith("probe-")


def test_a_job_fails_at_its_backoff_limit(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    raw(simulator)("POST", JOBS, job("probe", *python("raise SystemExit(3)")))
    failed = condition(simulator)
    assert (failed["type"], failed["reason"]) == ("Failed", "BackoffLimitExceeded")
    assert failed["message"] == "Job has reached the specified backoff limit"
    assert simulator.store.get("jobs", "probe", "default").view["status"]["failed"] == 1


def test_a_failed_pod_is_replaced_after_a_pause(
    simulate: Simulate, raw: OpenRaw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_BACKOFF", 0.1)
    simulator = simulate(ONE_NODE)
    failing = python("raise SystemExit(1)")
    raw(simulator)("POST", JOBS, job("probe", *failing, job_spec={"backoffLimit": 1}))
    assert condition(simulator)["reason"] == "BackoffLimitExceeded"
    assert simulator.store.get("jobs", "probe", "default").view["status"]["failed"] == 2
    assert len(simulator.store.objects("pods")) == 2


def test_a_job_fails_at_its_deadline_and_its_pod_is_deleted(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    slow = python("import time; time.sleep(600)")
    raw(simulator)("POST", JOBS, job("probe", *slow, job_spec={"activeDeadlineSeconds": 1}))
    until(simulator, "pods", lambda pods: len(pods) == 1)
    failed = condition(simulator)
    assert (failed["type"], failed["reason"], failed["message"]) == (
        "Failed",
        "DeadlineExceeded",
        "Job was active longer than specified deadline",
    )
    until(simulator, "pods", lambda pods: not pods)


def test_a_finished_job_goes_after_its_time_to_live(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    raw(simulator)("POST", JOBS, job("probe", *python("pass"), job_spec={"ttlSecondsAfterFinished": 0}))
    until(simulator, "jobs", lambda found: not found)
    until(simulator, "pods", lambda pods: not pods)


def test_a_podless_job_is_a_dead_mans_switch(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    clocks = {"parallelism": 0, "completions": 1, "activeDeadlineSeconds": 1, "ttlSecondsAfterFinished": 0}
    assert raw(simulator)("POST", JOBS, job("run", job_spec=clocks)).status == 201
    until(simulator, "jobs", lambda found: not found)
    last = simulator.store.collection("jobs").events[-1].last
    assert last.view["status"]["conditions"][0]["reason"] == "DeadlineExceeded"
    assert simulator.store.collection("pods").events == []


def test_before_1_21_a_podless_job_has_no_clock(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(node("n1"), version="v1.20.2"))
    call = raw(simulator)
    call("POST", JOBS, job("run", job_spec={"parallelism": 0, "activeDeadlineSeconds": 0}))
    call("POST", JOBS, job("other", *python("pass")))
    until(simulator, "jobs", lambda found: finished([each for each in found if each.name == "other"]))
    assert "startTime" not in simulator.store.get("jobs", "run", "default").view["status"]


def test_a_suspended_job_waits(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    call("POST", JOBS, job("probe", *python("pass"), job_spec={"suspend": True}))
    suspended = condition(simulator)
    assert (suspended["type"], suspended["status"], suspended["reason"]) == (
        "Suspended",
        "True",
        "JobSuspended",
    )
    assert simulator.store.objects("pods") == []
    merge = {"Content-Type": "application/merge-patch+json"}
    patched = call("PATCH", f"{JOBS}/probe", {"spec": {"suspend": False}}, merge).json()
    assert patched["metadata"]["generation"] == 2
    (done,) = until(simulator, "jobs", lambda found: found[0].view["status"].get("succeeded") == 1)
    assert [each["type"] for each in done.view["status"]["conditions"]] == ["Suspended", "Complete"]


def test_several_completions_at_a_time(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    spec = {"completions": 5, "parallelism": 2}
    raw(simulator)("POST", JOBS, job("probe", *python("pass"), job_spec=spec))
    (done,) = until(simulator, "jobs", finished)
    assert done.view["status"]["succeeded"] == 5
    assert len(simulator.store.objects("pods")) == 5


def test_a_pod_deleted_by_someone_else_is_replaced(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE, run_probes=False)
    raw(simulator)("POST", JOBS, job("probe"))
    (first,) = until(simulator, "pods", lambda pods: [p.fields["status.phase"] for p in pods] == ["Running"])
    simulator.store.delete("pods", first.name, "default")
    (second,) = until(simulator, "pods", lambda pods: len(pods) == 1 and pods[0].uid != first.uid)
    assert second.name != first.name


def test_ready_is_counted_from_1_24_on(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(node("n1"), version="v1.27.3"), run_probes=False)
    raw(simulator)("POST", JOBS, job("probe"))
    (done,) = until(simulator, "jobs", lambda found: found[0].view["status"].get("ready") == 1)
    assert done.view["status"]["active"] == 1
