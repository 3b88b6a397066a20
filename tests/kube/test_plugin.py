"""The login plugin as a process: what it is told, how long it may take, and what is left of it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import ConnectError
from orchestrator.kube import plugin
from orchestrator.kube.plugin import run_plugin

V1 = "client.authentication.k8s.io/v1"
CREDENTIAL = json.dumps({"apiVersion": V1, "kind": "ExecCredential", "status": {"token": "t"}})
PRINT = f"echo '{CREDENTIAL}'"


def run(script: str, directory: Path, timeout: float = 30) -> plugin.Credentials:
    spec = {"apiVersion": V1, "command": "sh", "args": ["-c", script]}
    return run_plugin("u", spec, {"server": "https://h"}, directory, timeout)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "_PATIENCE", 0.1)


def is_gone(pipe: int) -> bool:
    """Whether nobody has the other end of the pipe any more; waits for that as long as a test may last."""
    return os.read(pipe, 1) == b""


def leave_a_pipe(directory: Path) -> int:
    """The end for reading of a pipe; `exec 3>pipe` holds the other."""
    os.mkfifo(directory / "pipe")
    return os.open(directory / "pipe", os.O_RDONLY | os.O_NONBLOCK)


@pytest.mark.usefixtures("hurried")
def test_a_plugin_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pipe = leave_a_pipe(tmp_path)
    with pytest.raises(ConnectError) as caught:
        run("exec 3>pipe; sleep 1000 & sleep 1000", tmp_path, timeout=0.5)
    assert caught.value.message == 'The login plugin "sh" of user "u" gave no answer in 0.5 s.'
    assert caught.value.hint == "Run it by hand; log in again if it asks to."
    os.set_blocking(pipe, True)
    assert is_gone(pipe)
    os.close(pipe)


def test_an_interrupt_leaves_no_plugin_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    pipes: list[int] = []

    def interrupted(process: Any, timeout: float) -> None:
        pipes.append(os.open(tmp_path / "pipe", os.O_RDONLY))  # waits until the plugin has begun
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("exec 3>pipe; sleep 1000 & sleep 1000", tmp_path)
    assert is_gone(*pipes)
    os.close(*pipes)


@pytest.mark.parametrize(("timeout", "seconds"), [(30, 60), (90, 90)])
def test_a_minute_is_the_least_that_a_plugin_has(
    timeout: float, seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    wait = subprocess.Popen.communicate

    def communicate(process: Any, timeout: float) -> Any:
        given.append(timeout)
        return wait(process)

    monkeypatch.setattr(subprocess.Popen, "communicate", communicate)
    assert run(PRINT, tmp_path, timeout).fields == {"token": "t"}
    assert given == [seconds]


def test_what_the_plugin_is_told(tmp_path: Path) -> None:
    script = f'printf "%s" "$KUBERNETES_EXEC_INFO $MINE" > told; {PRINT}'
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}
    spec = {
        "apiVersion": V1,
        "command": "sh",
        "args": ["-c", script],
        "env": [{"name": "MINE", "value": "mine"}],
        "provideClusterInfo": True,
    }
    run_plugin("u", spec, {"server": "https://h", "extensions": [extension]}, tmp_path, 30)
    info, mine = (tmp_path / "told").read_text().rsplit(" ", 1)
    assert mine == "mine"
    told = json.loads(info)
    assert told["spec"]["interactive"] is False
    assert told["spec"]["cluster"]["config"] == {"audience": "a"}
