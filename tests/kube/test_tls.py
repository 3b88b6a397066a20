"""Over TLS: who is trusted, who we are, and what is said when it does not fit."""

import ssl
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from orchestrator import errors
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.kube.watch import watch
from orchestrator.objects import Node, Pod, ServerVersion
from tests.kube.conftest import kubeconfig
from tests.kube.server import ScriptedServer, answer, objects, stream

VERSION = answer({"gitVersion": "v1"})


@pytest.fixture
def server(root: trustme.CA) -> Iterator[ScriptedServer]:
    """A server for 127.0.0.1 that asks for a client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    root.issue_cert("127.0.0.1", "api.internal").configure_cert(context)
    root.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    server = ScriptedServer(context)
    server.script = [VERSION]
    yield server
    server.close()


@pytest.fixture
def identity(root: trustme.CA, tmp_path: Path) -> tuple[Path, Path]:
    """A client certificate and its key."""
    certificate = root.issue_cert("jane@example.com")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "jane.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "jane.key")
    return tmp_path / "jane.pem", tmp_path / "jane.key"


def options(tmp_path: Path, server: ScriptedServer, **cluster: Any) -> ConnectOptions:
    return ConnectOptions(kubeconfig=kubeconfig(tmp_path / "config", server.url, **cluster))


def test_the_authority_of_the_cluster_is_trusted(
    tmp_path: Path, server: ScriptedServer, authority: Path
) -> None:
    trusting = options(tmp_path, server, **{"certificate-authority": authority.name})
    assert connect(trusting).get("/version", ServerVersion).git_version == "v1"


def test_another_authority_is_not(tmp_path: Path, server: ScriptedServer) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    api = connect(options(tmp_path, server, **{"certificate-authority": "other.pem"}))
    with pytest.raises(errors.Unreachable) as caught:
        api.get("/version", ServerVersion)
    assert caught.value.message == (
        f"Could not get /version: no answer from {server.url}: "
        "TLS: self-signed certificate in certificate chain"
    )
    assert caught.value.hint == "Check the cluster's certificate-authority and server."


def test_another_name_is_not(tmp_path: Path, server: ScriptedServer, authority: Path) -> None:
    wrong = {"certificate-authority": authority.name, "tls-server-name": "elsewhere"}
    with pytest.raises(errors.Unreachable, match=r"TLS: Hostname mismatch"):
        connect(options(tmp_path, server, **wrong)).get("/version", ServerVersion)


def test_the_name_may_be_told(tmp_path: Path, server: ScriptedServer, authority: Path) -> None:
    told = {"certificate-authority": authority.name, "tls-server-name": "api.internal"}
    assert connect(options(tmp_path, server, **told)).get("/version", ServerVersion).git_version == "v1"


def test_a_user_may_choose_not_to_verify(tmp_path: Path, server: ScriptedServer) -> None:
    careless = options(tmp_path, server, **{"insecure-skip-tls-verify": True})
    assert connect(careless).get("/version", ServerVersion).git_version == "v1"


def test_plain_http_on_the_other_side_is_told(tmp_path: Path, authority: Path) -> None:
    plain = ScriptedServer()
    plain.script = [VERSION]
    path = kubeconfig(tmp_path / "config", plain.url.replace("http:", "https:"))
    with pytest.raises(errors.Unreachable, match=r"no answer from https://127.0.0.1:\d+: TLS: "):
        connect(ConnectOptions(kubeconfig=path)).list("/api/v1/nodes", Node, attempts=1)
    plain.close()


def test_a_client_certificate_of_a_plugin_is_used(
    tmp_path: Path, server: ScriptedServer, authority: Path, identity: tuple[Path, Path]
) -> None:
    code = (
        "import json; print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1',"
        " 'kind': 'ExecCredential', 'status': {"
        f"'clientCertificateData': open({str(identity[0])!r}).read(),"
        f"'clientKeyData': open({str(identity[1])!r}).read()}}}}))"
    )
    login = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": ["-c", code]}
    path = kubeconfig(
        tmp_path / "config", server.url, {"exec": login}, **{"certificate-authority": authority.name}
    )
    connect(ConnectOptions(kubeconfig=path)).get("/version", ServerVersion)
    assert server.requests[0].certified
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"certificate-authority": "rubbish"}, "certificate authority"),
        ({}, "client certificate or key"),
    ],
)
def test_an_unusable_certificate_is_told_at_once(
    tmp_path: Path, server: ScriptedServer, fields: dict[str, str], what: str
) -> None:
    (tmp_path / "rubbish").write_text("this is no certificate")
    user = {"client-certificate": "rubbish", "client-key": "rubbish"}
    path = kubeconfig(tmp_path / "config", server.url, user, **fields)
    with pytest.raises(errors.ConnectError) as caught:
        connect(ConnectOptions(kubeconfig=path))
    assert caught.value.message.startswith(f"The cluster's {what} cannot be read ({tmp_path}/rubbish): ")


def test_stop_ends_a_silent_watch(tmp_path: Path, server: ScriptedServer, authority: Path) -> None:
    last = {"type": "ADDED", "object": {"metadata": {"name": "last"}}}
    server.script = [objects(version="5"), stream(last, hold=True)]
    api = connect(options(tmp_path, server, **{"certificate-authority": authority.name}))
    stop = threading.Event()
    path = "/api/v1/namespaces/x/pods"
    changes = watch(api, path, Pod, selector=None, stop=stop, deadline=time.monotonic() + 25)
    assert next(changes).object.meta.name == "last"
    stop.set()
    start = time.monotonic()
    assert list(changes) == []
    assert time.monotonic() - start < 10
