"""Faults, and what a client is told about its permissions."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from kubernetes import client
from pydantic import ValidationError

from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator

from .conftest import JOBS, MAPS, PODS, Raw, Simulate, cluster, config_map, job, node

OpenRaw = Callable[[Simulator], Raw]


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        (401, "Unauthorized", "Unauthorized"),
        (410, "Expired", "The resourceVersion for the provided list is too old."),
        (429, "TooManyRequests", "too many requests, please try again later"),
        (500, "InternalError", "Internal error occurred: etcdserver: request timed out"),
        (503, "ServiceUnavailable", "the server is currently unable to handle the request"),
    ],
)
def test_an_error_as_often_as_asked(
    simulate: Simulate, raw: OpenRaw, status: int, reason: str, message: str
) -> None:
    fault = {"verb": "list", "resource": "node*", "status": status, "times": 2, "retryAfter": 1}
    call = raw(simulate(cluster(node("n1"), faults=[fault])))
    assert call("GET", "/api/v1/nodes/n1").status == 200
    for _ in range(2):
        response = call("GET", "/api/v1/nodes")
        body = response.json()
        assert (response.status, body["reason"], body["message"]) == (status, reason, message)
        assert response.headers["Retry-After"] == "1"
    assert call("GET", "/api/v1/nodes").status == 200


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, 'forbidden: User "demo" cannot get path "/version"'),
        (503, "the server is currently unable to handle the request"),
    ],
)
def test_a_path_that_is_no_resource(simulate: Simulate, raw: OpenRaw, status: int, message: str) -> None:
    call = raw(simulate(cluster(node("n1"), faults=[{"resource": "/version", "status": status}])))
    response = call("GET", "/version")
    assert (response.status, response.json()["message"]) == (status, message)
    assert call("GET", "/apis").status == 200


def test_a_path_can_only_fail_by_a_status() -> None:
    with pytest.raises(ValidationError, match="a fault of a path needs a `status`"):
        Fault(resource="/version", kind="reset")


@pytest.mark.parametrize(
    ("fault", "method", "path", "message"),
    [
        (
            {"verb": "create", "resource": "jobs"},
            "POST",
            JOBS,
            (
                'jobs.batch is forbidden: User "demo" cannot create resource "jobs" in API group "batch" '
                'in the namespace "default"'
            ),
        ),
        (
            {"verb": "log", "resource": "pods"},
            "GET",
            f"{PODS}/a/log",
            (
                'pods "a" is forbidden: User "demo" cannot get resource "pods/log" in API group "" '
                'in the namespace "default"'
            ),
        ),
        (
            {"verb": "get", "resource": "pods/log"},
            "GET",
            f"{PODS}/a/log",
            (
                'pods "a" is forbidden: User "demo" cannot get resource "pods/log" in API group "" '
                'in the namespace "default"'
            ),
        ),
        (
            {"resource": "nodes"},
            "GET",
            "/api/v1/nodes",
            (
                'nodes is forbidden: User "demo" cannot list resource "nodes" in API group "" '
                "at the cluster scope"
            ),
        ),
    ],
)
def test_forbidden_in_the_words_of_the_api(
    simulate: Simulate, raw: OpenRaw, fault: dict[str, Any], method: str, path: str, message: str
) -> None:
    simulator = simulate()
    simulator.faults.append(Fault(status=403, **fault))
    body = job() if method == "POST" else None
    response = raw(simulator)(method, path, body)
    assert (response.status, response.json()["reason"], response.json()["message"]) == (
        403,
        "Forbidden",
        message,
    )
    simulator.faults.clear()
    assert raw(simulator)(method, path, body).status in (200, 201, 404)


def test_access_reviews_know_the_permanent_refusals(
    simulate: Simulate, connect: Callable[[Simulator], client.ApiClient]
) -> None:
    simulator = simulate()
    simulator.faults += [
        Fault(verb="get", resource="pods/log", status=403),
        Fault(verb="create", resource="jobs", status=403),
        Fault(verb="list", resource="nodes", status=403, times=1),
    ]
    authorization = client.AuthorizationV1Api(connect(simulator))

    def allowed(verb: str, resource: str, subresource: str = "") -> bool:
        attributes = {"verb": verb, "resource": resource, "subresource": subresource, "namespace": "default"}
        review = authorization.create_self_subject_access_review({"spec": {"resourceAttributes": attributes}})
        return bool(review.status.allowed)

    assert not allowed("create", "jobs")
    assert not allowed("get", "pods", "log")
    assert allowed("get", "pods")
    assert allowed("delete", "jobs")
    assert allowed("list", "nodes")


def test_a_reset_connection(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(faults=[{"verb": "get", "kind": "reset", "times": 1}])))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        call("GET", f"{MAPS}/a")
    assert call("GET", f"{MAPS}/a").status == 404


def test_a_reset_create_was_not_done(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(cluster(faults=[{"verb": "create", "kind": "reset", "times": 1}]))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        raw(simulator)("POST", MAPS, config_map("a"))
    assert simulator.store.objects("configmaps") == []


def test_an_answer_that_breaks_off(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(config_map("a"), faults=[{"verb": "list", "kind": "truncate", "times": 1}])))
    with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
        call("GET", MAPS)
    assert len(call("GET", MAPS).json()["items"]) == 1


def test_a_slow_answer(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(faults=[{"verb": "get", "kind": "slow", "delay": 0.3, "times": 1}])))
    start = time.monotonic()
    assert call("GET", f"{MAPS}/a").status == 404
    assert time.monotonic() - start >= 0.3


def test_a_dropped_watch_has_no_end(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate(cluster(config_map("a"), faults=[{"kind": "drop-watch", "times": 1}])))
    events = call.watch(f"{MAPS}?watch=1&timeoutSeconds=30")
    assert next(events)["type"] == "ADDED"
    with pytest.raises(urllib3.exceptions.ProtocolError):
        next(events)
    assert len(list(call.watch(f"{MAPS}?watch=1&timeoutSeconds=1"))) == 1


def test_a_probability_with_a_seed_is_the_same_each_time() -> None:
    def strikes() -> list[bool]:
        fault = Fault(status=500, probability=0.3, seed=7)
        return [fault.strike() for _ in range(50)]

    first = strikes()
    assert first == strikes()
    assert 5 < sum(first) < 25


@pytest.mark.parametrize("fields", [{}, {"status": 500, "kind": "reset"}])
def test_a_fault_has_one_effect(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a fault needs either `status` or `kind`"):
        Fault(**fields)
