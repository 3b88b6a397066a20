"""Which cluster is meant, and what is said when none can be reached."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.errors import ConnectError
from orchestrator.kube import login
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.objects import ServerVersion
from tests.kube.server import ScriptedServer, answer

TOKEN = "t0k3n-that-nobody-may-see"
VERSION = answer({"gitVersion": "v1"})


def config(url: str = "http://127.0.0.1:1", **changes: Any) -> dict[str, Any]:
    """A kubeconfig with two contexts, of which `a` is the current one."""
    return {
        "current-context": "a",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {"token": TOKEN}}],
        "contexts": [
            {"name": "a", "context": {"cluster": "c", "user": "u"}},
            {"name": "b", "context": {"cluster": "c", "user": "u", "namespace": "team"}},
        ],
        **changes,
    }


def write(path: Path, content: dict[str, Any] | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def user(**fields: Any) -> dict[str, Any]:
    return {"users": [{"name": "u", "user": fields}]}


def cluster(**fields: Any) -> dict[str, Any]:
    return {"clusters": [{"name": "c", "cluster": fields}]}


def context(**fields: Any) -> dict[str, Any]:
    return {"contexts": [{"name": "a", "context": fields}]}


def plugin(**fields: Any) -> dict[str, Any]:
    return user(exec={"apiVersion": "client.authentication.k8s.io/v1", **fields})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("a", "default")),
        ({"context": "b"}, ("b", "team")),
        ({"context": "b", "namespace": "mine"}, ("b", "mine")),
        ({"namespace": "mine"}, ("a", "mine")),
    ],
)
def test_context_and_namespace(tmp_path: Path, options: dict[str, Any], expected: tuple[str, str]) -> None:
    path = write(tmp_path / "config", config())
    with connect(ConnectOptions(kubeconfig=path, **options)) as api:
        assert (api.context, api.namespace) == expected
        assert api.server == "http://127.0.0.1:1"


def test_the_option_goes_before_the_variable_and_that_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path(os.environ["HOME"]) / ".kube/config", config("http://127.0.0.1:2"))
    assert connect(ConnectOptions()).server == "http://127.0.0.1:2"
    monkeypatch.setenv("KUBECONFIG", str(write(tmp_path / "variable", config("http://127.0.0.1:3"))))
    assert connect(ConnectOptions()).server == "http://127.0.0.1:3"
    given = write(tmp_path / "option", config("http://127.0.0.1:4"))
    assert connect(ConnectOptions(kubeconfig=given)).server == "http://127.0.0.1:4"


def test_a_list_of_kubeconfigs_is_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(
        tmp_path / "first", {"current-context": "a", **context(cluster="c", user="u", namespace="one")}
    )
    second = write(tmp_path / "second", config())
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'absent'}:{first}::{second}")
    assert connect(ConnectOptions()).namespace == "one"
    assert connect(ConnectOptions(context="b")).namespace == "team"


def test_the_first_current_context_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path / "first", {"current-context": "b"})
    monkeypatch.setenv("KUBECONFIG", f"{first}:{write(tmp_path / 'second', config())}")
    assert connect(ConnectOptions()).context == "b"


NEEDS_FILE = "Restore the certificate, key or token file, or log in to the cluster again."
NO_KUBECONFIG = "{path} is not a kubeconfig: it must have clusters, contexts and users, each with a name."
ANOTHER = "Give another file with --kubeconfig."
BY_HAND = "Run it by hand; log in again if it asks to."
EMPTY = json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {}})


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (
            config(**{"current-context": "z"}),
            '{path} has no context "z".',
            "There are: a, b.",
        ),
        (
            config(**{"current-context": ""}),
            "{path} has no current context.",
            "Choose one with --context. There are: a, b.",
        ),
        (
            {"kind": "Config"},
            "{path} has no current context.",
            "Choose one with --context. It has no contexts at all.",
        ),
        (
            config(clusters=[]),
            '{path} has no cluster "c", which its context needs.',
            "Add it under clusters, or correct the context.",
        ),
        (
            config(users=None),
            '{path} has no user "u", which its context needs.',
            "Add it under users, or correct the context.",
        ),
        (
            config(**cluster()),
            '{path}: cluster "c" has no server.',
            "Add its URL as server.",
        ),
        (
            config(**cluster(server="https://h", **{"certificate-authority": "ca.pem"})),
            '{path}: context "a" needs the file {directory}/ca.pem, which does not exist.',
            NEEDS_FILE,
        ),
        (
            config(**user(tokenFile="absent")),
            '{path}: context "a" needs the file {directory}/absent, which does not exist.',
            NEEDS_FILE,
        ),
        (
            config(**cluster(server="https://h", **{"certificate-authority-data": "x"})),
            '{path}: the cluster or user of context "a" cannot be used (Error).',
            "See whether `kubectl version` works with this context.",
        ),
        (
            config(**plugin(command="no-such-login", installHint="Get it from\nhttps://example.com")),
            'The login plugin "no-such-login" of user "u" is not installed.',
            "Get it from https://example.com",
        ),
        (
            config(**plugin(command="sh", args=["-c", "echo 'session expired' >&2; exit 3"])),
            'The login plugin "sh" of user "u" failed: process returned 3. session expired',
            BY_HAND,
        ),
        (
            config(**plugin(command="/")),
            'The login plugin "/" of user "u" cannot be run: Permission denied.',
            "Make it executable.",
        ),
        (
            config(**plugin(command="echo", args=["hello"])),
            (
                'The login plugin "echo" of user "u" printed no ExecCredential of '
                "client.authentication.k8s.io/v1."
            ),
            BY_HAND,
        ),
        (
            config(
                **user(
                    exec={
                        "apiVersion": "client.authentication.k8s.io/v1beta1",
                        "command": "echo",
                        "args": [EMPTY],
                    }
                )
            ),
            (
                'The login plugin "echo" of user "u" printed no ExecCredential of '
                "client.authentication.k8s.io/v1beta1."
            ),
            BY_HAND,
        ),
        (
            config(**plugin(args=["hello"])),
            'The login plugin "" of user "u" has no command.',
            "Add it to the kubeconfig, under exec.",
        ),
        (
            config(**user(**{"auth-provider": {"name": "gcp"}})),
            '{path}: user "u" has the auth-provider "gcp", which Kubernetes 1.26 removed.',
            "Give the user the login plugin gke-gcloud-auth-plugin (exec) instead.",
        ),
        ("[" * 2_000, NO_KUBECONFIG, ANOTHER),
        (
            config(**plugin(command="echo", args=[EMPTY])),
            (
                'The login plugin "echo" of user "u" gave no usable credentials: '
                "neither a token nor a client certificate with its key."
            ),
            "Run it by hand and see that it prints an ExecCredential with a status.",
        ),
        (
            "a: [",
            "The kubeconfig {path}, line 1 is not YAML: expected the node content, but found '<stream end>'.",
            "Correct the file.",
        ),
        ("", NO_KUBECONFIG, ANOTHER),
        ("- a", NO_KUBECONFIG, ANOTHER),
        ("users: [nobody]", NO_KUBECONFIG, ANOTHER),
        ({"users": [{"user": {"token": TOKEN}}]}, NO_KUBECONFIG, ANOTHER),
        ({"users": [{"name": "u", "user": TOKEN}]}, NO_KUBECONFIG, ANOTHER),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, content: dict[str, Any] | str, message: str, hint: str
) -> None:
    path = write(tmp_path / "config", content)
    with pytest.raises(ConnectError) as caught:
        connect(ConnectOptions(kubeconfig=path))
    assert caught.value.message == message.format(path=path, directory=tmp_path)
    assert caught.value.hint == hint


def test_a_context_that_is_asked_for_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config())
    with pytest.raises(ConnectError) as caught:
        connect(ConnectOptions(kubeconfig=path, context="z"))
    assert (caught.value.message, caught.value.hint) == (f'{path} has no context "z".', "There are: a, b.")


def test_groups_are_impersonated_only_with_a_user(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config())
    with pytest.raises(ConnectError, match=r"^Groups are to be impersonated, but no user\.$"):
        connect(ConnectOptions(kubeconfig=path, impersonate_groups=("g",)))


@pytest.mark.parametrize(
    "content",
    [
        config(**context(cluster="c", user="u") | {"clusters": [{"name": "c", "cluster": {"server": 5}}]}),
        config(**user(token=TOKEN, **{"auth-provider": {"name": "oidc", "config": {"secret": TOKEN}}})),
        {"users": [{"user": {"token": TOKEN}}, {"name": "u"}]},
        f"users:\n- token: {TOKEN}\n  [\n",
    ],
)
def test_no_message_quotes_a_token(tmp_path: Path, content: dict[str, Any] | str) -> None:
    with pytest.raises(ConnectError) as caught:
        connect(ConnectOptions(kubeconfig=write(tmp_path / "config", content)))
    error: BaseException | None = caught.value
    while error:
        assert TOKEN not in str(error)
        error = error.__cause__


def test_a_kubeconfig_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConnectError, match=r"^There is no kubeconfig .*/absent\.$"):
        connect(ConnectOptions(kubeconfig=tmp_path / "absent"))


def test_a_kubeconfig_that_is_a_directory(tmp_path: Path) -> None:
    with pytest.raises(ConnectError, match=r"^The kubeconfig .* cannot be read: Is a directory\.$"):
        connect(ConnectOptions(kubeconfig=tmp_path))


def test_a_variable_that_names_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/x:{tmp_path}/y")
    with pytest.raises(ConnectError) as caught:
        connect(ConnectOptions())
    assert caught.value.message == f"KUBECONFIG names no file that exists: {tmp_path}/x, {tmp_path}/y."


def test_a_proxy_that_is_none(tmp_path: Path) -> None:
    proxied = cluster(server="http://cluster.example", **{"proxy-url": "ftp://joe:secret@proxy.example"})
    with pytest.raises(ConnectError) as caught:
        connect(ConnectOptions(kubeconfig=write(tmp_path / "config", config(**proxied))))
    assert caught.value.message == "The proxy to the cluster cannot be used (ProxySchemeUnknown)."


def test_nothing_at_all() -> None:
    with pytest.raises(ConnectError, match=r"^There is no kubeconfig: none was given, KUBECONFIG is not set"):
        connect(ConnectOptions())


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The service account of a pod, without its files."""
    monkeypatch.setattr(login, "SERVICE_ACCOUNT", tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "6443")
    return tmp_path


@pytest.mark.parametrize(("namespace", "expected"), [("team\n", "team"), ("", "default"), (None, "default")])
def test_in_a_pod_the_service_account_is_used(
    pod: Path, authority: Path, namespace: str | None, expected: str
) -> None:
    write(pod / "token", "tok")
    write(pod / "ca.crt", authority.read_text())
    if namespace is not None:
        write(pod / "namespace", namespace)
    with connect(ConnectOptions()) as api:
        assert (api.server, api.context, api.namespace) == ("https://[::1]:6443", None, expected)


def test_a_pod_without_a_token(pod: Path) -> None:
    with pytest.raises(ConnectError) as caught:
        connect(ConnectOptions())
    assert caught.value.message == (
        "This pod's service account cannot be used: Service token file does not exist."
    )


def test_impersonation_of_the_kubeconfig_is_honoured(tmp_path: Path, server: ScriptedServer) -> None:
    server.script = [VERSION]
    impersonating = user(token=TOKEN, **{"as": "jane", "as-groups": ["g1", "g2"]})
    path = write(tmp_path / "config", config(server.url, **impersonating))
    connect(ConnectOptions(kubeconfig=path)).get("/version", ServerVersion)
    connect(ConnectOptions(kubeconfig=path, impersonate_user="joe")).get("/version", ServerVersion)
    sent = [(r.headers["impersonate-user"], r.headers["impersonate-group"]) for r in server.requests]
    assert sent == [(["jane"], ["g1", "g2"]), (["joe"], ["g1", "g2"])]


def test_a_token_file_may_end_with_a_line(tmp_path: Path, server: ScriptedServer) -> None:
    server.script = [VERSION]
    write(tmp_path / "token", f"{TOKEN}\n")
    path = write(tmp_path / "config", config(server.url, **user(tokenFile="token")))
    connect(ConnectOptions(kubeconfig=path)).get("/version", ServerVersion)
    assert server.requests[0].headers["authorization"] == [f"Bearer {TOKEN}"]


def test_a_path_before_the_api_is_kept(tmp_path: Path, server: ScriptedServer) -> None:
    server.script = [VERSION]
    path = write(tmp_path / "config", config(f"{server.url}/k8s/clusters/c-1/"))
    connect(ConnectOptions(kubeconfig=path)).get("/version", ServerVersion)
    assert server.requests[0].path == "/k8s/clusters/c-1/version"


def test_the_client_is_imported_only_when_it_is_needed() -> None:
    code = (
        "import sys, orchestrator.kube.connect, orchestrator.kube.watch;"
        "sys.exit(bool({'kubernetes', 'urllib3'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
