"""How the process ends when nobody has foreseen it, and what it prints where a terminal may be hurt."""

import signal
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.main import DEBUG
from orchestrator.cli.options import ClusterOptions
from orchestrator.cli.output import write
from orchestrator.cli.progress import Progress
from orchestrator.cli.tell import tell
from orchestrator.errors import DocumentError
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Tool
from tests.kube.conftest import kubeconfig
from tests.kube.server import ScriptedServer, answer

READY = ("--only", "nodes.ready", "--no-probes")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that has a mistake."""

    def connection(self: Any) -> None:
        raise ZeroDivisionError("a \x1b[2Jmistake\nof two lines")

    monkeypatch.setattr(ClusterOptions, "connection", connection)


@pytest.fixture
def hostile() -> Iterator[ScriptedServer]:
    """A server that calls itself by a terminal sequence, and is as empty as can be else."""
    server = ScriptedServer()
    empty = {"groups": [], "metadata": {}, "items": [], "status": {"allowed": True}}
    server.script = [answer({"gitVersion": "v1.23\x1b[2J\x9b31m", **empty})]
    yield server
    server.close()


@pytest.mark.usefixtures("broken")
def test_70_with_a_sentence_when_something_unforeseen_happens(tool: Tool) -> None:
    done = tool("doctor")
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.splitlines() == [
        "error: this should not have happened: ZeroDivisionError: a mistake of two lines",
        f"hint: report it, with the traceback that {DEBUG}=1 shows; `sweep` removes what a run has left",
    ]


@pytest.mark.usefixtures("broken")
def test_the_traceback_is_shown_to_who_asks_for_it(tool: Tool) -> None:
    done = tool("doctor", RUNAI_PREFLIGHT_DEBUG="1")
    assert done.returncode == 70
    assert done.stderr.startswith("Traceback (most recent call last):\n")


def test_a_full_disk_is_no_mistake_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    with TextIOWrapper(Path("/dev/full").open("wb", 0), write_through=True) as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(DocumentError, match=r"^stdout: cannot be written: No space left on device$"):
            write("report", None)


def test_what_the_output_has_no_character_for_is_escaped(process: Tool, simulator: Simulator) -> None:
    done = process("audit", *READY, PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert " \\u2014 Run:ai" in done.stdout


@pytest.mark.parametrize("command", [("audit", *READY), ("doctor",)], ids=["audit", "doctor"])
def test_what_a_server_calls_itself_cannot_steer_the_terminal(
    command: tuple[str, ...], tool: Tool, hostile: ScriptedServer, tmp_path: Path
) -> None:
    done = tool(*command, "--kubeconfig", kubeconfig(tmp_path / "hostile", hostile.url))
    told = done.stdout + done.stderr
    assert "Kubernetes v1.23" in told
    assert not set(told) & set("\x1b\x9b")


def test_lines_are_told_without_terminal_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    tell("run \x1b[31mr1: left alone")
    tell("\x9b2Jgone", err=True, nl=False)
    assert capsys.readouterr() == ("run r1: left alone\n", "gone")


class _Hung:
    """A terminal whose other end has gone."""

    def isatty(self) -> bool:
        return True

    def write(self, _: str) -> int:
        raise OSError(5, "Input/output error")


def test_progress_on_a_terminal_that_is_gone_does_not_end_a_run() -> None:
    with Progress(_Hung()) as progress:  # type: ignore[arg-type]
        progress.advance(1, 2)
        progress.say("interrupted: cleaning up")


def test_nohup_has_its_way(tool: Tool) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    tool("--version")
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    tool("--version")
    assert signal.getsignal(signal.SIGHUP) is signal.default_int_handler
