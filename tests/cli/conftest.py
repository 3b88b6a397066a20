"""The command as a user starts it: a process of its own, with an environment of its own."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.main import main
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes

COMMAND = [sys.executable, "-W", "error", "-m", "orchestrator"]
Done = subprocess.CompletedProcess[str]
Tool = Callable[..., Done]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing of the user's: no kubeconfig, no proxy, no terminal; temporary files under the test's eyes."""
    for folder in ("home", "temporary"):
        (tmp_path / folder).mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "temporary"),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def tool(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Tool]:
    """Runs the command's own entry point in this process, which is ten times faster than in another."""

    def run(*arguments: str | Path, stdin: str = "", **variables: str) -> Done:
        monkeypatch.setattr(os, "environ", environment | variables)
        monkeypatch.setattr(sys, "argv", ["runai-preflight", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        monkeypatch.chdir(tmp_path)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(arguments, int(ended.value.code or 0), *capfd.readouterr())

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield run
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def process(environment: dict[str, str], tmp_path: Path) -> Tool:
    """Runs the command as a user does, in the test's folder, to its end."""

    def run(*arguments: str | Path, stdin: str | None = None, **variables: str) -> Done:
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            encoding="utf-8",
            env=environment | variables,
            input=stdin,
            timeout=60,
        )

    return run


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts the command in the test's folder and does not wait."""

    def run(*arguments: str | Path, **options: Any) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            encoding="utf-8",
            env=environment,
            **options,
        )

    return run


@pytest.fixture
def simulator(start_simulator: StartSimulator, environment: dict[str, str], tmp_path: Path) -> Simulator:
    """A cluster of two nodes whose probes answer at once; the environment's KUBECONFIG leads there."""
    simulator = start_simulator(cluster(*nodes(2)))
    environment["KUBECONFIG"] = str(simulator.kubeconfig(tmp_path / "kubeconfig"))
    return simulator


def failed(done: Done, message: str, hint: str | None = None) -> None:
    """The command ended with this sentence on stderr, nothing on stdout and exit code 2."""
    lines = [f"error: {message}", *([f"hint: {hint}"] if hint else [])]
    assert done.stderr.splitlines() == lines
    assert (done.returncode, done.stdout) == (2, "")
