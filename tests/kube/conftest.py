"""A scripted server, and clients of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from orchestrator.kube.api import Api
from orchestrator.kube.connect import ConnectOptions, connect
from tests.kube.server import Reply, ScriptedServer


@pytest.fixture(autouse=True)
def _no_cluster_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever the machine has must not reach a test."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


def kubeconfig(path: Path, url: str, user: dict[str, Any] | None = None, **cluster: Any) -> Path:
    """Write a kubeconfig with one context, `there`."""
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "there",
                "clusters": [{"name": "cluster", "cluster": {"server": url, **cluster}}],
                "users": [{"name": "user", "user": user or {"token": "s3cret"}}],
                "contexts": [{"name": "there", "context": {"cluster": "cluster", "user": "user"}}],
            }
        )
    )
    return path


Client = Callable[..., Api]


@pytest.fixture
def client(server: ScriptedServer, tmp_path: Path) -> Iterator[Client]:
    """Makes a client of the server, which then answers by the script given."""
    with ExitStack() as opened:

        def make(*script: Reply, user: dict[str, Any] | None = None, **options: Any) -> Api:
            server.script = list(script)
            path = kubeconfig(tmp_path / "config", server.url, user)
            return opened.enter_context(connect(ConnectOptions(kubeconfig=path, **options)))

        yield make


@pytest.fixture(scope="session")
def root() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def authority(root: trustme.CA, tmp_path: Path) -> Path:
    """The certificate of the authority that the servers' certificates are from."""
    root.cert_pem.write_to_path(tmp_path / "authority.pem")
    return tmp_path / "authority.pem"
