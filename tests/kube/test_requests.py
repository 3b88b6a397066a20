"""What a request does when the answer is not what one hopes for."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator import __version__, errors
from orchestrator.objects import Node, Object, ServerVersion
from tests.kube.conftest import Client
from tests.kube.server import (
    Handler,
    Reply,
    ScriptedServer,
    answer,
    compressed,
    page,
    reset,
    status,
    truncated,
)

VERSION = answer({"gitVersion": "v1.30.1"})
PODS = "/api/v1/namespaces/x/pods"


@pytest.mark.parametrize(
    "trouble",
    [
        status(429, "TooManyRequests", retry_after="0"),
        status(503, "ServiceUnavailable", retry_after="0"),
        status(500, "InternalError", retry_after="0"),
        status(502, "", retry_after="0"),
        status(504, "Timeout", retry_after="0"),
        reset,
        truncated,
    ],
)
def test_trouble_that_may_pass_is_tried_again(client: Client, server: ScriptedServer, trouble: Reply) -> None:
    assert client(trouble, VERSION).get("/version", ServerVersion).git_version == "v1.30.1"
    assert len(server.requests) == 2


def test_retry_after_is_waited_for(client: Client) -> None:
    api = client(status(429, "TooManyRequests", retry_after="1"), VERSION)
    start = time.monotonic()
    api.get("/version", ServerVersion)
    assert time.monotonic() - start >= 1


def test_a_retry_after_that_is_no_number_is_passed_over(client: Client) -> None:
    api = client(status(503, "ServiceUnavailable", retry_after="soon"), VERSION)
    assert api.get("/version", ServerVersion).git_version == "v1.30.1"


def test_a_retry_after_beyond_the_patience_is_not_waited_for(client: Client, server: ScriptedServer) -> None:
    api = client(status(429, "TooManyRequests", "slow down", retry_after="3600"), request_timeout=2)
    with pytest.raises(errors.Throttled) as caught:
        api.get("/version", ServerVersion)
    assert caught.value.message == "Could not get /version: Too Many Requests (429): slow down"
    assert caught.value.hint == "The API server limits this user or is overloaded; try again later."
    assert len(server.requests) == 1


def test_the_attempts_are_bounded(client: Client, server: ScriptedServer) -> None:
    api = client(status(503, "ServiceUnavailable", "etcd is gone", retry_after="0"))
    with pytest.raises(
        errors.ApiError, match=r"^Could not get /version: Service Unavailable \(503\): etcd is gone$"
    ):
        api.get("/version", ServerVersion)
    assert len(server.requests) == 6


def test_a_creation_is_tried_again_too(client: Client, server: ScriptedServer) -> None:
    made = {"metadata": {"name": "p", "namespace": "x", "uid": "u1", "resourceVersion": "7"}}
    created = client(reset, answer(made, 201)).create(PODS, {"metadata": {"name": "p"}})
    assert created == ("p", "x", "u1", "7", False)
    assert [request.body for request in server.requests] == [{"metadata": {"name": "p"}}] * 2


def test_closing_ends_the_wait_for_another_attempt(client: Client) -> None:
    api = client(status(429, "TooManyRequests", retry_after="25"))
    threading.Timer(0.2, api.close).start()
    start = time.monotonic()
    with pytest.raises(errors.Throttled):
        api.get("/version", ServerVersion)
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, errors.ApiError),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (410, errors.Gone),
        (422, errors.ApiError),
    ],
)
def test_a_refusal_is_an_error_of_its_own_kind(
    client: Client, server: ScriptedServer, code: int, kind: type[errors.ApiError]
) -> None:
    with pytest.raises(errors.ApiError) as caught:
        client(status(code, "Why", "because")).get(f"{PODS}/y", Object)
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.reason, error.verb, error.resource) == (code, "Why", "get", "pods")
    assert len(server.requests) == (2 if code == 401 else 1)


def test_a_missing_permission_is_told_as_a_role_would_have_it(client: Client) -> None:
    api = client(status(403, "Forbidden", 'User "eve" cannot create jobs'))
    with pytest.raises(errors.Forbidden) as caught:
        api.create("/apis/batch/v1/namespaces/x/jobs", {"metadata": {"name": "j"}})
    assert caught.value.message == (
        'Could not create jobs in namespace x: Forbidden (403): User "eve" cannot create jobs'
    )
    assert (
        caught.value.hint
        == 'A role of this user must allow the verb "create" on "jobs" of API group "batch".'
    )


def test_foreign_text_is_cut_and_cannot_steer_the_terminal(client: Client) -> None:
    with pytest.raises(errors.ApiError) as caught:
        client(status(400, "BadRequest", "\x1b[31mred\r\n" + "x" * 1000)).get("/version", ServerVersion)
    assert caught.value.message.startswith("Could not get /version: Bad Request (400): red xxx")
    assert caught.value.message.endswith("x...")
    assert len(caught.value.message) < 560


@pytest.mark.parametrize("code", [200, 403])
def test_a_web_page_is_not_taken_for_the_api(client: Client, code: int) -> None:
    with pytest.raises(errors.ApiError) as caught:
        client(page("Sign in", code)).list("/api/v1/nodes", Node)
    phrase = {200: "OK (200)", 403: "Forbidden (403)"}[code]
    assert caught.value.message == (
        f'Could not list nodes: a web page titled "Sign in" came back ({phrase}), not the Kubernetes API'
    )
    assert "HTTPS_PROXY" in str(caught.value.hint)


def test_a_redirection_is_not_followed_with_the_token(client: Client, server: ScriptedServer) -> None:
    with pytest.raises(errors.ApiError, match=r"Found \(302\)"):
        client(answer(b"", 302, location="http://127.0.0.1:1/")).get("/version", ServerVersion)
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"metadata": {}'])
def test_a_success_that_makes_no_sense_is_an_error(client: Client, body: bytes) -> None:
    with pytest.raises(errors.ApiError, match=r"^Could not list nodes: the answer cannot be understood: "):
        client(answer(body)).list("/api/v1/nodes", Node)


def test_a_closed_port_is_told_so(client: Client, server: ScriptedServer) -> None:
    api = client(VERSION)
    server.close()
    with pytest.raises(errors.Unreachable) as caught:
        api.list("/api/v1/nodes", Node, attempts=1)
    assert caught.value.message == f"Could not list nodes: no answer from {server.url}: connection refused"
    assert caught.value.hint == "Check that an API server runs at that address."
    assert caught.value.__cause__ is not None


def test_a_silent_server_is_told_so(client: Client, server: ScriptedServer) -> None:
    api = client(lambda handler: handler.server.ended.wait(30) and None, request_timeout=0.2)
    with pytest.raises(errors.Unreachable, match=r"no answer from http://127.0.0.1:\d+: it took too long$"):
        api.list("/api/v1/nodes", Node, attempts=1)


def test_every_request_says_who_asks(client: Client, server: ScriptedServer) -> None:
    client(VERSION, impersonate_user="jané", impersonate_groups=("a", "b")).get("/version", ServerVersion)
    headers = server.requests[0].headers
    assert headers["user-agent"] == [f"runai-preflight/{__version__}"]
    assert headers["authorization"] == ["Bearer s3cret"]
    assert headers["impersonate-user"] == ["jané".encode().decode("latin-1")]
    assert headers["impersonate-group"] == ["a", "b"]


def test_gzip_is_asked_for_and_read(client: Client, server: ScriptedServer) -> None:
    api = client(compressed({"gitVersion": "v1"}))
    assert api.get("/version", ServerVersion).git_version == "v1"
    assert server.requests[0].headers["accept-encoding"] == ["gzip"]


def test_connections_are_used_again_by_many_threads(client: Client, server: ScriptedServer) -> None:
    api = client(VERSION, workers=8)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: api.get("/version", ServerVersion), range(200)))
    assert len(server.requests) == 200
    assert server.connections <= 8


PLUGIN = """#!/bin/sh
echo run >> {directory}/runs
if [ "$(wc -l < {directory}/runs)" -ge {fails_from} ]; then echo "please log in" >&2; exit 1; fi
echo '{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
  "status": {{"token": "token-'"$(wc -l < {directory}/runs | tr -d ' ')"'"{expiry}}}}}'
"""


def plugin(directory: Path, *, expiry: str = "", fails_from: int = 99) -> dict[str, object]:
    """A login plugin that gives token-1, token-2, …"""
    script = directory / "login"
    told = f', "expirationTimestamp": "{expiry}"' if expiry else ""
    script.write_text(PLUGIN.format(directory=directory, expiry=told, fails_from=fails_from))
    script.chmod(0o755)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./login"}}


def tokens(server: ScriptedServer) -> list[str]:
    return [request.headers["authorization"][0] for request in server.requests]


def test_refused_credentials_are_fetched_anew_once(
    client: Client, server: ScriptedServer, tmp_path: Path
) -> None:
    api = client(VERSION, status(401, "Unauthorized"), VERSION, user=plugin(tmp_path))
    api.get("/version", ServerVersion)
    assert api.get("/version", ServerVersion).git_version == "v1.30.1"
    assert tokens(server) == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_threads_that_are_refused_together_log_in_once(
    client: Client, server: ScriptedServer, tmp_path: Path
) -> None:
    together = threading.Barrier(4)

    def refuse(handler: Handler) -> None:
        together.wait(20)
        status(401, "Unauthorized")(handler)

    api = client(*[refuse] * 4, VERSION, user=plugin(tmp_path))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: api.get("/version", ServerVersion), range(4)))
    assert sorted(tokens(server)) == ["Bearer token-1"] * 4 + ["Bearer token-2"] * 4


def test_credentials_that_ran_out_are_fetched_before_they_are_used(
    client: Client, server: ScriptedServer, tmp_path: Path
) -> None:
    api = client(VERSION, user=plugin(tmp_path, expiry="2020-01-01T00:00:00Z"))
    api.get("/version", ServerVersion)
    assert tokens(server) == ["Bearer token-2"]


def test_a_login_that_cannot_be_renewed_says_why(
    client: Client, server: ScriptedServer, tmp_path: Path
) -> None:
    api = client(status(401, "Unauthorized"), user=plugin(tmp_path, fails_from=2))
    with pytest.raises(errors.Unauthorized) as caught:
        api.get("/version", ServerVersion)
    assert caught.value.message == (
        f"The login to {server.url} ended and cannot be renewed: "
        'The login plugin "./login" of user "user" failed: process returned 1. please log in'
    )
    assert isinstance(caught.value.__cause__, errors.ConnectError)
