"""Objects by the official client and by plain HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from kubernetes import client
from kubernetes.client.rest import ApiException

from orchestrator.simulator.server import Simulator

from .conftest import JOBS, MAPS, PODS, Raw, Simulate, cluster, config_map, job, node, pod

NOT_ALLOWED = "the server does not allow this method on the requested resource"
Connect = Callable[[Simulator], client.ApiClient]


def test_objects_get_what_the_api_server_gives(simulate: Simulate, connect: Connect) -> None:
    batch = client.BatchV1Api(connect(simulate()))
    made = batch.create_namespaced_job("default", job())
    assert made.metadata.uid
    assert int(made.metadata.resource_version) > 0
    assert made.metadata.creation_timestamp
    assert made.metadata.generation == 1
    assert made.spec.selector.match_labels == {"controller-uid": made.metadata.uid}
    assert made.spec.template.metadata.labels == {
        "run": "r1", "controller-uid": made.metadata.uid, "job-name": "probe"
    }  # fmt: skip


def test_a_name_that_is_taken_is_a_conflict(simulate: Simulate, connect: Connect) -> None:
    core = client.CoreV1Api(connect(simulate()))
    core.create_namespaced_config_map("default", config_map("a"))
    with pytest.raises(ApiException) as error:
        core.create_namespaced_config_map("default", config_map("a"))
    body = json.loads(error.value.body)
    assert (body["code"], body["reason"]) == (409, "AlreadyExists")
    assert body["message"] == 'configmaps "a" already exists'
    assert body["details"] == {"name": "a", "kind": "configmaps"}


@pytest.mark.parametrize(
    ("method", "path", "code", "reason", "message"),
    [
        ("GET", f"{JOBS}/none", 404, "NotFound", 'jobs.batch "none" not found'),
        ("DELETE", f"{PODS}/none", 404, "NotFound", 'pods "none" not found'),
        ("GET", "/api/v1/gadgets", 404, "NotFound", "the server could not find the requested resource"),
        ("GET", "/apis/batch/v7/jobs", 404, "NotFound", "the server could not find the requested resource"),
        ("GET", "/nothing", 404, "NotFound", "404 page not found"),
        ("POST", f"{JOBS}/none", 405, "MethodNotAllowed", NOT_ALLOWED),
        ("GET", f"{PODS}?limit=many", 400, "BadRequest", 'limit: Invalid value: "many": must be a number'),
    ],
)  # fmt: skip
def test_errors_are_status_objects(
    simulate: Simulate,
    raw: Callable[[Simulator], Raw],
    method: str,
    path: str,
    code: int,
    reason: str,
    message: str,
) -> None:
    response = raw(simulate())(method, path)
    body = response.json()
    assert (response.status, body["kind"], body["reason"], body["message"]) == (
        code,
        "Status",
        reason,
        message,
    )


def test_a_namespace_that_is_not_there(simulate: Simulate, raw: Callable[[Simulator], Raw]) -> None:
    response = raw(simulate())(
        "POST", "/api/v1/namespaces/gone/configmaps", config_map("a") | {"metadata": {"name": "a"}}
    )
    assert (response.status, response.json()["message"]) == (404, 'namespaces "gone" not found')


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"metadata": {"name": "j"}, "spec": {}}, "spec.template.spec.containers: Required value"),
        (
            job("j", restartPolicy="Always"),
            (
                'spec.template.spec.restartPolicy: Unsupported value: "Always": '
                'supported values: "OnFailure", "Never"'
            ),
        ),
        (
            job("j", job_spec={"backoffLimit": -1}),
            "spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0",
        ),
        (
            job("j" * 64),
            (f'spec.template.labels: Invalid value: "{"j" * 64}": must be no more than 63 characters'),
        ),
        (
            job("Upper"),
            (
                'metadata.name: Invalid value: "Upper": a lowercase RFC 1123 '
                "subdomain must consist of lower case alphanumeric characters, '-' or '.'"
            ),
        ),
    ],
)
def test_a_job_that_cannot_be(
    simulate: Simulate, raw: Callable[[Simulator], Raw], body: dict[str, Any], message: str
) -> None:
    response = raw(simulate())("POST", JOBS, body)
    assert (response.status, response.json()["reason"]) == (422, "Invalid")
    assert response.json()["message"] == f'Job.batch "{body["metadata"]["name"]}" is invalid: {message}'


def test_an_update_must_be_of_the_latest_version(simulate: Simulate, connect: Connect) -> None:
    core = client.CoreV1Api(connect(simulate()))
    first = core.create_namespaced_config_map("default", config_map("a", x="1"))
    core.replace_namespaced_config_map("a", "default", first)
    first.data = {"x": "2"}
    second = core.replace_namespaced_config_map("a", "default", first)
    assert second.data == {"x": "2"}
    assert second.metadata.uid == first.metadata.uid
    with pytest.raises(ApiException) as error:
        core.replace_namespaced_config_map("a", "default", first)
    assert json.loads(error.value.body)["message"] == (
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_the_status_is_changed_only_as_a_subresource(
    simulate: Simulate, raw: Callable[[Simulator], Raw]
) -> None:
    call = raw(simulate(cluster(node("n1"))))
    patch = {"metadata": {"labels": {"new": "1"}}, "status": {"phase": "odd"}}
    merge = {"Content-Type": "application/merge-patch+json"}
    whole = call("PATCH", "/api/v1/nodes/n1", patch, merge).json()
    assert whole["metadata"]["labels"]["new"] == "1"
    assert "phase" not in whole["status"]
    status = call("PATCH", "/api/v1/nodes/n1/status", {"status": {"phase": "odd"}}, merge).json()
    assert status["status"]["phase"] == "odd"


def test_generate_name(simulate: Simulate, connect: Connect) -> None:
    core = client.CoreV1Api(connect(simulate()))
    body = config_map("x")
    body["metadata"] = {"generateName": "part-"}
    names = {core.create_namespaced_config_map("default", body).metadata.name for _ in range(5)}
    assert len(names) == 5
    assert all(name.startswith("part-") and len(name) == 10 for name in names)


def test_dry_run_stores_nothing(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    core = client.CoreV1Api(connect(simulator))
    core.create_namespaced_config_map("default", config_map("a"), dry_run="All")
    core.create_namespaced_config_map("default", config_map("b", x="1"))
    core.patch_namespaced_config_map("b", "default", {"data": {"x": "2"}}, dry_run="All")
    core.delete_namespaced_config_map("b", "default", dry_run="All")
    assert [each.view["data"] for each in simulator.store.objects("configmaps")] == [{"x": "1"}]


def test_custom_resources_by_their_definition(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    api = connect(simulator)
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gadgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "gadgets", "kind": "Gadget"},
            "versions": [
                {"name": "v1beta1", "served": True, "storage": False},
                {"name": "v1", "served": True, "storage": True},
            ],
        },
    }
    custom = client.CustomObjectsApi(api)
    with pytest.raises(ApiException, match="404"):
        custom.list_namespaced_custom_object("example.com", "v1", "default", "gadgets")
    raw_api = Raw(simulator)
    assert (
        raw_api("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition).status == 201
    )
    raw_api.pool.clear()
    body = {"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": {"name": "g"}, "spec": {"size": 3}}
    custom.create_namespaced_custom_object("example.com", "v1", "default", "gadgets", body)
    listed = custom.list_namespaced_custom_object("example.com", "v1beta1", "default", "gadgets")
    assert [item["apiVersion"] for item in listed["items"]] == ["example.com/v1beta1"]
    groups = client.ApisApi(api).get_api_versions().groups
    assert next(g.preferred_version.version for g in groups if g.name == "example.com") == "v1"


def test_a_definition_that_serves_no_version_is_no_group(simulate: Simulate, connect: Connect) -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gadgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "gadgets", "kind": "Gadget"},
            "versions": [{"name": "v1", "served": False, "storage": True}],
        },
    }
    groups = client.ApisApi(connect(simulate(cluster(definition)))).get_api_versions().groups
    assert "example.com" not in {group.name for group in groups}


def test_a_pod_of_the_description_is_left_alone(simulate: Simulate, connect: Connect) -> None:
    described = pod("old", "touch", "/nonexistent/file", nodeName="n1")
    simulator = simulate(cluster(node("n1"), described | {"status": {"phase": "Running"}}))
    core = client.CoreV1Api(connect(simulator))
    assert core.read_namespaced_pod_log("old", "default") == ""
    assert core.read_namespaced_pod("old", "default").status.phase == "Running"
    core.delete_namespaced_pod("old", "default", grace_period_seconds=0)
    assert simulator.store.objects("pods") == []


def test_requests_are_counted(simulate: Simulate, raw: Callable[[Simulator], Raw]) -> None:
    simulator = simulate(cluster(node("n1")))
    call = raw(simulator)
    call("GET", "/api/v1/nodes", headers={"User-Agent": "probe/1"})
    call("GET", "/api/v1/nodes/n1")
    call("GET", f"{PODS}/none/log")
    assert dict(simulator.requests) == {("list", "nodes"): 1, ("get", "nodes"): 1, ("log", "pods"): 1}
    assert simulator.requests.recent[0].user_agent == "probe/1"
    assert call("GET", MAPS).status == 200


def test_an_object_that_nobody_foresaw_is_an_internal_error(
    simulate: Simulate, raw: Callable[[Simulator], Raw], caplog: pytest.LogCaptureFixture
) -> None:
    call = raw(simulate())
    response = call("POST", MAPS, {"metadata": "text"})
    assert (response.status, response.json()["reason"]) == (500, "InternalError")
    assert f"POST {MAPS} failed" in caplog.text
    assert call("GET", MAPS).status == 200
