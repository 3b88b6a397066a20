"""The probes on this machine: what was printed before time was up is kept, and clocks are compared."""

import subprocess
import threading
from typing import Any

import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.run.host import run_on_host
from tests.probes.servers import Connection, TcpServer
from tests.run.conftest import Told

DEADLINE = 30.0
Json = dict[str, Any]


def endpoint(port: int, protocol: str = "https") -> Json:
    return {"host": "127.0.0.1", "port": port, "protocol": protocol, "path": "/"}


def test_what_was_seen_before_time_was_up_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = threading.Event()
    wait = subprocess.Popen.communicate

    def hang(connection: Connection) -> None:
        reached.set()
        connection.closing.wait(DEADLINE)

    def time_is_up(process: subprocess.Popen[bytes], timeout: float) -> tuple[bytes, bytes]:
        if timeout == 60:
            assert reached.wait(DEADLINE)
            raise subprocess.TimeoutExpired(process.args, timeout)
        return wait(process, timeout=DEADLINE)

    monkeypatch.setattr(subprocess.Popen, "communicate", time_is_up)
    with TcpServer(hang) as server:
        asked: dict[str, Json] = {"egress": {"endpoints": [endpoint(server.port)]}}
        result = run_on_host("r1", asked, None, 60, Told())
    (cell,) = result.cells
    assert (cell.outcome, cell.reason, cell.message) == (
        Outcome.UNANSWERED,
        Reason.DEADLINE,
        "no answer within 60 s",
    )
    (seen,) = result.observations
    (entry,) = seen.data["endpoints"]
    assert (entry["stage"], entry["code"]) == ("tls", "unfinished")


def test_the_clock_is_compared_with_the_first_site_that_is_asked_by_https() -> None:
    def close(connection: Connection) -> None:
        connection.stream.recv(1)

    with TcpServer(close) as server:
        endpoints = [endpoint(9, "tcp"), endpoint(server.port)]
        result = run_on_host("r1", {"node": {}, "egress": {"endpoints": endpoints}}, None, 60, Told())
    node = next(seen for seen in result.observations if seen.probe == "node")
    assert node.data["clock"]["reference"] == f"https://127.0.0.1:{server.port}"


def test_without_such_a_site_no_clock_is_compared() -> None:
    result = run_on_host("r1", {"node": {}}, None, 60, Told())
    assert result.observations[0].data["clock"]["reference"] is None
