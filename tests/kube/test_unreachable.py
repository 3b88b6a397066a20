"""Causes that a test can hardly bring about, as urllib3 reports them, and one that it can: a dead proxy."""

import socket
from pathlib import Path

import pytest
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from orchestrator import errors
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.kube.paths import parse
from orchestrator.kube.unreachable import unreachable
from orchestrator.objects import Node
from tests.kube.conftest import kubeconfig

CONNECTION = HTTPConnection("api.example", 6443)
POOL = HTTPConnectionPool("api.example", 6443)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (
            NameResolutionError("api.example", CONNECTION, socket.gaierror(-2, "Name or service not known")),
            "its name cannot be resolved",
        ),
        (
            caused(
                NewConnectionError(CONNECTION, "Failed"), ConnectionRefusedError(111, "Connection refused")
            ),
            "connection refused",
        ),
        (ConnectTimeoutError(CONNECTION, "timed out"), "connecting timed out"),
        (ReadTimeoutError(POOL, "/", "timed out"), "it took too long"),
        (ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")), "the connection broke"),
        (ProtocolError("Response ended prematurely"), "the connection broke"),
        (BrokenPipeError(32, "Broken pipe"), "the connection broke"),
        (LocationParseError("x:y"), "Failed to parse: x:y"),
        (OSError(), "OSError"),
    ],
)
def test_a_cause_is_told_in_one_sentence(error: Exception, what: str) -> None:
    told = unreachable("list", parse("/api/v1/nodes"), "https://api.example:6443", error)
    assert told.message == f"Could not list nodes: no answer from https://api.example:6443: {what}"
    assert told.hint
    assert told.status is None


def test_a_dead_proxy_is_told_apart_from_a_dead_cluster(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = f"http://joe:secret@127.0.0.1:{unused.getsockname()[1]}"
    path = kubeconfig(tmp_path / "config", "https://cluster.example", None, **{"proxy-url": proxy})
    with pytest.raises(errors.Unreachable) as caught:
        connect(ConnectOptions(kubeconfig=path)).list("/api/v1/nodes", Node, attempts=1)
    assert caught.value.message == (
        "Could not list nodes: no answer from https://cluster.example: the proxy cannot be reached"
    )
    assert caught.value.hint == "Check proxy-url, HTTPS_PROXY and NO_PROXY."
