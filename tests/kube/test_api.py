"""The methods that change something or ask about permissions: what goes out, and what comes back."""

import pytest

from orchestrator import errors
from orchestrator.objects import Object
from tests.kube.conftest import Client
from tests.kube.server import ScriptedServer, answer, objects, reset, status

JOBS = "/apis/batch/v1/namespaces/x/jobs"
OURS = {"metadata": {"name": "j", "namespace": "x", "labels": {"run": "r1"}}}
EXISTS = status(409, "AlreadyExists", 'jobs.batch "j" already exists')
DONE = answer({"kind": "Status", "status": "Success"})


def existing(run: str) -> dict[str, object]:
    return {
        "metadata": {
            "name": "j",
            "namespace": "x",
            "uid": "u1",
            "labels": {"run": run},
            "resourceVersion": "4",
        }
    }


def test_a_creation_whose_answer_got_lost_is_found_again(client: Client, server: ScriptedServer) -> None:
    created = client(reset, EXISTS, answer(existing("r1"))).create(JOBS, OURS, label="run")
    assert created == ("j", "x", "u1", "4", True)
    assert [(request.method, request.path) for request in server.requests] == [
        ("POST", JOBS),
        ("POST", JOBS),
        ("GET", f"{JOBS}/j"),
    ]


@pytest.mark.parametrize(("run", "label"), [("r2", "run"), ("r1", None), ("r1", "other")])
def test_what_another_run_made_is_a_conflict(client: Client, run: str, label: str | None) -> None:
    with pytest.raises(errors.Conflict, match=r'Could not create jobs in namespace x: .*"j" already exists'):
        client(EXISTS, answer(existing(run))).create(JOBS, OURS, label=label)


def test_a_conflict_that_is_no_existing_object_stays_one(client: Client, server: ScriptedServer) -> None:
    with pytest.raises(errors.Conflict):
        client(status(409, "Conflict")).create(JOBS, OURS, label="run")
    assert len(server.requests) == 1


def test_a_collection_is_deleted_by_selector(client: Client, server: ScriptedServer) -> None:
    client(DONE).delete_collection(JOBS, "run=r1")
    assert server.requests[0].params == {"labelSelector": "run=r1"}
    assert server.requests[0].body == {"propagationPolicy": "Background"}


def test_a_collection_is_never_deleted_whole(client: Client, server: ScriptedServer) -> None:
    with pytest.raises(ValueError, match=r"deleting a collection needs a selector"):
        client(DONE).delete_collection(JOBS, "")
    assert server.requests == []


def test_a_log_is_bytes_of_a_bounded_number(client: Client, server: ScriptedServer) -> None:
    log = client(answer(b"<b>\xff\n" * 10)).log("x", "p", limit_bytes=7, tail_lines=5)
    assert log == b"<b>\xff\n<b"
    assert server.requests[0].path == "/api/v1/namespaces/x/pods/p/log"
    assert server.requests[0].params == {"limitBytes": "7", "tailLines": "5"}


def test_a_refused_log_says_so(client: Client) -> None:
    with pytest.raises(errors.Forbidden, match=r"Could not get pods/log p in namespace x: "):
        client(status(403, "Forbidden")).log("x", "p", limit_bytes=7)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_permission_is_asked_for(client: Client, server: ScriptedServer, allowed: bool) -> None:
    api = client(answer({"status": {"allowed": allowed}}, 201))
    assert api.allowed("get", "", "pods", "x", "log") is allowed
    assert server.requests[0].path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert server.requests[0].body["spec"]["resourceAttributes"] == {
        "verb": "get",
        "group": "",
        "resource": "pods",
        "namespace": "x",
        "subresource": "log",
        "name": "",
    }


def test_a_review_without_an_answer_is_no_permission(client: Client) -> None:
    with pytest.raises(
        errors.ApiError, match=r"the answer cannot be understood: status\.allowed: Field required"
    ):
        client(answer({"status": {}}, 201)).allowed("get", "", "pods", "x")


def test_metadata_alone_is_asked_for_by_the_accept_header(client: Client, server: ScriptedServer) -> None:
    api = client(answer(existing("r1")), objects(existing("r1")), answer(existing("r1")))
    assert api.get("/api/v1/namespaces/x/secrets/s", Object, metadata=True).meta.name == "j"
    assert [found.meta.name for found in api.list("/api/v1/secrets", Object, metadata=True).items] == ["j"]
    api.get("/api/v1/namespaces/x/secrets/s", Object)
    assert [request.headers["accept"] for request in server.requests] == [
        ["application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"],
        ["application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"],
        ["application/json"],
    ]


def test_a_service_is_asked_by_way_of_the_proxy(client: Client, server: ScriptedServer) -> None:
    made = client(answer({"metadata": {"name": "x"}}))
    told = made.ask_service(("a/b", "web"), 9090, "/prom/api/v1/query", {"query": "up == 0"}, Object)
    assert told.meta.name == "x"
    [request] = server.requests
    assert request.path == "/api/v1/namespaces/a%2Fb/services/web:9090/proxy/prom/api/v1/query"
    assert request.params == {"query": "up == 0"}


def test_a_service_is_asked_twice_at_most(client: Client, server: ScriptedServer) -> None:
    nobody = status(503, "ServiceUnavailable", 'no endpoints available for service "web:80"')
    with pytest.raises(errors.ApiError) as caught:
        client(nobody).ask_service(("x", "web"), 80, "/a", {}, Object)
    assert caught.value.message == (
        "Could not get services/proxy web:80 in namespace x: Service Unavailable (503): "
        'no endpoints available for service "web:80"'
    )
    assert len(server.requests) == 2
