"""Deletion: propagation, grace, preconditions, collections and what the garbage collector does."""

from collections.abc import Callable
from typing import Any

import pytest
from kubernetes import client

from orchestrator.simulator.server import Simulator

from .conftest import JOBS, MAPS, PODS, Raw, Simulate, cluster, config_map, job, node, pod, python, until

OpenRaw = Callable[[Simulator], Raw]
ONE_NODE = cluster(node("n1"))
FOREVER = python("import time; time.sleep(600)")


def owned_by(owner: Any, name: str) -> dict[str, Any]:
    obj = config_map(name)
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner.name, "uid": owner.uid}
    obj["metadata"]["ownerReferences"] = [reference]
    return obj


def test_a_jobs_pods_go_with_it_when_asked(
    simulate: Simulate, connect: Callable[[Simulator], client.ApiClient]
) -> None:
    simulator = simulate(ONE_NODE)
    batch = client.BatchV1Api(connect(simulator))
    batch.create_namespaced_job("default", job("probe", *python("pass")))
    until(simulator, "pods", lambda pods: [p.fields["status.phase"] for p in pods] == ["Succeeded"])
    batch.delete_namespaced_job("probe", "default", propagation_policy="Background")
    until(simulator, "pods", lambda pods: not pods)


def test_a_job_deleted_without_a_policy_leaves_its_pods_and_warns(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    call("POST", JOBS, job("probe", *python("pass")))
    until(simulator, "pods", lambda pods: [p.fields["status.phase"] for p in pods] == ["Succeeded"])
    response = call("DELETE", f"{JOBS}/probe")
    assert "child pods are preserved by default" in response.headers["Warning"]
    assert response.json()["status"] == "Success"
    assert response.json()["details"]["kind"] == "jobs"
    (left,) = until(simulator, "pods", lambda pods: not any(p.owners for p in pods))
    assert "ownerReferences" not in left.view["metadata"]


def test_garbage_follows_its_last_owner(simulate: Simulate) -> None:
    simulator = simulate()
    store = simulator.store
    one, two = store.create(config_map("one")), store.create(config_map("two"))
    shared = owned_by(one, "shared")
    shared["metadata"]["ownerReferences"] += owned_by(two, "x")["metadata"]["ownerReferences"]
    store.create(shared)
    store.create(owned_by(store.create(owned_by(one, "child")), "grandchild"))
    store.delete("configmaps", "one", "default")
    until(simulator, "configmaps", lambda maps: [each.name for each in maps] == ["shared", "two"])
    until(simulator, "configmaps", lambda maps: maps[0].owners == (two.uid,))
    store.delete("configmaps", "two", "default")
    until(simulator, "configmaps", lambda maps: not maps)


def test_an_object_whose_owner_never_was_is_garbage(simulate: Simulate) -> None:
    simulator = simulate()
    gone = simulator.store.create(config_map("gone"))
    simulator.store.delete("configmaps", "gone", "default")
    simulator.store.create(owned_by(gone, "late"))
    until(simulator, "configmaps", lambda maps: not maps)


def test_a_running_pod_terminates_before_it_goes(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    call("POST", PODS, pod("probe", *FOREVER))
    until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Running")
    answer = call("DELETE", f"{PODS}/probe").json()
    assert answer["metadata"]["deletionTimestamp"]
    assert answer["metadata"]["deletionGracePeriodSeconds"] == 30
    until(simulator, "pods", lambda pods: not pods)


def test_a_pod_that_ignores_sigterm_is_killed_after_its_grace(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    deaf = python(
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    call("POST", PODS, pod("probe", *deaf))
    until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Running")
    call("DELETE", f"{PODS}/probe", {"gracePeriodSeconds": 1})
    until(simulator, "pods", lambda pods: not pods)


def test_a_finished_pod_goes_at_once(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    call("POST", PODS, pod("probe", *python("pass")))
    until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] == "Succeeded")
    assert call("DELETE", f"{PODS}/probe").status == 200
    assert call("GET", f"{PODS}/probe").status == 404


def test_the_precondition_on_the_uid(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(config_map("a")))
    call = raw(simulator)
    uid = simulator.store.get("configmaps", "a", "default").uid
    response = call("DELETE", f"{MAPS}/a", {"preconditions": {"uid": "another"}})
    assert (response.status, response.json()["message"]) == (
        409,
        (
            'Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: '
            f"another, UID in object meta: {uid}"
        ),
    )
    assert call("DELETE", f"{MAPS}/a", {"preconditions": {"uid": uid}}).status == 200


def test_deletecollection_by_selector(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE, run_probes=False)
    call = raw(simulator)
    for number in range(3):
        call("POST", JOBS, job(f"probe-{number}"))
    other = job("other")
    other["metadata"]["labels"] = {"run": "r2"}
    call("POST", JOBS, other)
    response = call("DELETE", f"{JOBS}?labelSelector=run%3Dr1&propagationPolicy=Background")
    assert response.json()["kind"] == "JobList"
    assert [each.name for each in simulator.store.objects("jobs")] == ["other"]
    until(simulator, "pods", lambda pods: len(pods) == 1)


@pytest.mark.parametrize("policy", ["Background", "Foreground"])
def test_deletecollection_takes_the_policy_from_its_body(
    simulate: Simulate, raw: OpenRaw, policy: str
) -> None:
    simulator = simulate(ONE_NODE, run_probes=False)
    call = raw(simulator)
    call("POST", JOBS, job())
    call("DELETE", JOBS, {"propagationPolicy": policy})
    until(simulator, "pods", lambda pods: not pods)


def test_a_namespace_takes_everything_along(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate()
    call = raw(simulator)
    call("POST", "/api/v1/namespaces", {"metadata": {"name": "run"}})
    call("POST", "/api/v1/namespaces/run/configmaps", {"metadata": {"name": "a"}})
    assert call("DELETE", "/api/v1/namespaces/run").status == 200
    assert simulator.store.objects("configmaps") == []
    assert call("GET", "/api/v1/namespaces/run").status == 404
