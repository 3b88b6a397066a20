"""The command as a process: terminals and pipes, signals, and what a killed one leaves to others."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import COMMAND, Tool
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import Born
from tests.simulator.conftest import until

ROOT = Path(__file__).parents[2]
READY = ("--only", "nodes.ready")
PROBED = (*READY, "--only", "dns.cluster")
HANG = {"match": {"job": "preflight-*-????????????"}, "fate": "deadline"}
Start = Callable[..., "subprocess.Popen[str]"]
DEADLINE = 30  # seconds; only a failing test takes so long


@pytest.fixture
def hanging(start_simulator: StartSimulator, environment: dict[str, str], tmp_path: Path) -> Simulator:
    """A cluster on which no probe ever ends."""
    simulator = start_simulator(cluster(*nodes(2), fates=[HANG]))
    environment["KUBECONFIG"] = str(simulator.kubeconfig(tmp_path / "kubeconfig"))
    return simulator


def await_running(simulator: Simulator, count: int = 2) -> None:
    until(simulator, "pods", lambda pods: [p.fields["status.phase"] for p in pods] == ["Running"] * count)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_130_after_a_clean_up_with_a_report(number: signal.Signals, start: Start, hanging: Simulator) -> None:
    born = Born(hanging)
    audit = start("audit", *PROBED, "-o", "json", "--save-evidence", "evidence.json")
    await_running(hanging)
    audit.send_signal(number)
    stdout, stderr = audit.communicate(timeout=DEADLINE)
    assert audit.returncode == 130, stderr
    report = json.loads(stdout)
    assert report["run"]["interrupted"] is True
    assert {cell["reason"] for cell in report["ledger"]} == {"Interrupted"}
    assert report["cleanup"]["confirmedGone"] == len(born.uids) == 6
    assert born.alive == set()
    assert "interrupted: cleaning up (once more to leave at once)" in stderr
    assert "Traceback" not in stderr


def test_ctrl_c_before_the_run_is_quiet(start: Start, hanging: Simulator) -> None:
    hanging.faults.append(Fault(verb="list", resource="nodes", kind="slow", delay=2 * DEADLINE))
    audit = start("audit", *PROBED, "--request-timeout", str(2 * DEADLINE))
    _await(lambda: hanging.requests["list", "nodes"] > 0)
    audit.send_signal(signal.SIGINT)
    stdout, stderr = audit.communicate(timeout=DEADLINE)  # it waits for no answer any more
    assert (audit.returncode, stdout) == (130, "")
    assert "Traceback" not in stderr
    assert hanging.requests["create", "jobs"] == 0


def test_a_terminal_that_hangs_up_twice_does_not_end_the_clean_up(start: Start, hanging: Simulator) -> None:
    born = Born(hanging)
    hanging.faults.append(Fault(verb="deletecollection", resource="jobs", kind="slow", delay=1))
    audit = start("audit", *PROBED)
    await_running(hanging)
    audit.send_signal(signal.SIGHUP)
    _await(lambda: hanging.requests["deletecollection", "jobs"] > 0)
    audit.send_signal(signal.SIGHUP)
    _, stderr = audit.communicate(timeout=DEADLINE)
    assert (audit.returncode, born.alive) == (130, set()), stderr


def test_a_second_ctrl_c_leaves_at_once(start: Start, hanging: Simulator) -> None:
    hanging.faults.append(Fault(verb="deletecollection", resource="jobs", kind="slow", delay=DEADLINE))
    audit = start("audit", *PROBED)
    await_running(hanging)
    audit.send_signal(signal.SIGINT)
    _await(lambda: hanging.requests["deletecollection", "jobs"] > 0)
    audit.send_signal(signal.SIGINT)
    stdout, stderr = audit.communicate(timeout=DEADLINE / 2)
    assert (audit.returncode, stdout) == (130, "")
    assert "Traceback" not in stderr


def test_what_a_killed_run_leaves_is_swept(start: Start, tool: Tool, hanging: Simulator) -> None:
    born = Born(hanging)
    audit = start("audit", *PROBED)
    await_running(hanging)
    alive = tool("sweep")
    assert alive.returncode == 0
    assert "left alone, its driver may be alive" in alive.stdout
    audit.kill()
    audit.communicate(timeout=DEADLINE)
    dry = tool("sweep", "--dry-run")
    assert "would be removed, 6 objects (its driver, process" in dry.stdout
    assert len(born.alive) == 6
    swept = tool("sweep")
    assert swept.returncode == 0
    assert (
        f"6 objects removed, 0 left (its driver, process {audit.pid} on this machine, is dead)"
        in swept.stdout
    )
    assert born.alive == set()


def test_a_living_run_is_swept_only_when_named_or_forced(
    start: Start, tool: Tool, hanging: Simulator
) -> None:
    born = Born(hanging)
    audit = start("audit", *PROBED, "-o", "json")
    await_running(hanging)
    run_id = hanging.store.objects("pods")[0].labels["runai-preflight/run"]
    assert tool("sweep", "--run", "another").stdout == "nothing of run another in namespace default\n"
    assert (
        tool("sweep", "--run", run_id, "--dry-run").stdout
        == f"run {run_id}: would be removed, 6 objects (named)\n"
    )
    assert "6 objects removed, 0 left (forced)" in tool("sweep", "--force").stdout
    stdout, _ = audit.communicate(timeout=DEADLINE)
    assert {cell["reason"] for cell in json.loads(stdout)["ledger"]} == {"Deleted"}
    assert born.alive == set()


def test_what_cannot_be_swept_is_told(start: Start, tool: Tool, hanging: Simulator) -> None:
    audit = start("audit", *PROBED)
    await_running(hanging)
    audit.kill()
    audit.communicate(timeout=DEADLINE)
    hanging.faults.append(Fault(verb="deletecollection", resource="*", status=403))
    swept = tool("sweep")
    assert swept.returncode == 4
    assert "0 objects removed, 6 left" in swept.stdout
    assert "Could not deletecollection jobs in namespace default: Forbidden (403)" in swept.stdout


DRIVER = """
import sys
from pathlib import Path
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.run.engine import Engine
from tests.run.conftest import Told, planned

with connect(ConnectOptions(kubeconfig=Path(sys.argv[1]))) as api:
    Engine(api, planned(api, run=2, keep=1), Told()).run()
"""


def test_without_its_driver_a_run_ends_by_its_deadline_and_vanishes(
    hanging: Simulator, tmp_path: Path
) -> None:
    born = Born(hanging)
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, tmp_path / "kubeconfig"], cwd=ROOT)
    await_running(hanging)
    driver.kill()
    driver.wait(DEADLINE)
    for plural in ("jobs", "pods"):
        until(hanging, plural, lambda objects: not objects)
    until(hanging, "configmaps", lambda maps: not any("preflight-" in each.name for each in maps))
    assert (len(born.uids), born.alive) == (6, set())


def test_ctrl_c_in_a_demo_leaves_nothing(start: Start, tmp_path: Path) -> None:
    keeper = b"time.sleep(677)"  # the run Job's own pod in a cluster of this age: a process of this machine
    described = tmp_path / "cluster.yaml"
    described.write_text(cluster(*nodes(1), answering=False, fates=[HANG], version="v1.21.0"))
    demo = start("demo", "--cluster", described, *PROBED, "--timeout", "617", start_new_session=True)
    _await(lambda: _running(keeper))
    os.killpg(demo.pid, signal.SIGINT)
    _, stderr = demo.communicate(timeout=DEADLINE)
    assert demo.returncode == 130, stderr
    assert not _running(keeper)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert "Traceback" not in stderr


def _running(words: bytes) -> bool:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if words in path.read_bytes():
                return True
        except OSError:
            continue
    return False


def _await(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


def test_a_reader_that_goes_away_is_no_matter(start: Start) -> None:
    showing = start("profiles", "show", "runai-2.7", "-o", "json")
    assert showing.stdout is not None
    assert showing.stderr is not None
    showing.stdout.close()
    assert showing.wait(DEADLINE) == 141
    assert showing.stderr.read() == ""
    showing.stderr.close()


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_only_on_a_terminal_that_wants_it(
    variables: dict[str, str],
    coloured: bool,
    tool: Tool,
    environment: dict[str, str],
    simulator: Simulator,
    tmp_path: Path,
) -> None:
    tool("audit", *READY, "--no-probes", "-o", "json", "--output-file", "report.json")
    master, slave = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "report", "report.json"], stdout=slave, cwd=tmp_path, env=environment | variables
    ) as showing:
        os.close(slave)
        shown = _read(master)
    assert showing.returncode == 0
    assert (b"\x1b[" in shown) is coloured
    assert b"nodes.ready" in shown or b"Every node is ready" in shown


def _read(descriptor: int) -> bytes:
    """All that a terminal was sent, until the last process has closed it."""
    shown = b""
    try:
        while chunk := os.read(descriptor, 65536):
            shown += chunk
    except OSError:
        pass
    os.close(descriptor)
    return shown
