"""The probes of one pod together: whatever becomes of one of them, it is told."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.probes.conftest import PROBES, Ended, Json, clean_environment, read_frames

PROBE = """
import os, signal, sys, time
sys.path.insert(0, __file__.rpartition("/")[0])
from log import say
from shared import run
def observe(observation):
    {body}
run("{name}", observe)
"""
FINE = "observation.data['given'] = observation.parameters; say('looking')"


class Pod:
    """A folder of probes as it is mounted into a pod, and its termination log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "termination-log"
        self.parameters: Json = {}
        for helper in ("log.py", "shared.py", "supervisor.py", "tasks.py"):
            shutil.copy(PROBES / helper, folder)

    def add(self, name: str, body: str = FINE, **parameters: object) -> None:
        """Put a probe into the folder; its body observes."""
        (self.folder / f"{name}.py").write_text(PROBE.format(name=name, body=body))
        self.parameters[name] = parameters

    def begin(self, **environment: str) -> "subprocess.Popen[str]":
        """Start the supervisor."""
        path = self.folder / "parameters.json"
        path.write_text(json.dumps(self.parameters))
        return subprocess.Popen(
            [sys.executable, "-IS", str(self.folder / "supervisor.py"), str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(self.log, **environment),
        )

    def run(self, **environment: str) -> Ended:
        """Run the supervisor to its end."""
        with self.begin(**environment) as process:
            return self.end(process)

    def end(self, process: "subprocess.Popen[str]") -> Ended:
        """Wait for the supervisor's end."""
        output, errors = process.communicate(timeout=60)
        return Ended(subprocess.CompletedProcess([], process.returncode, output, errors), self.log)


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_all_observe(pod: Pod) -> None:
    pod.add("one", x=1)
    pod.add("two", x=2)
    ended = pod.run()
    assert ended.code == 0
    assert [one["data"] for one in ended.frames] == [{"given": {"x": 1}}, {"given": {"x": 2}}]
    assert read_frames(ended.log.decode()) == ended.frames
    assert ended.errors.count("looking") == 2


def test_the_first_line_comes_before_anything_is_read(pod: Pod) -> None:
    os.mkfifo(pod.folder / "parameters.fifo")
    command = [sys.executable, "-IS", str(pod.folder / "supervisor.py"), str(pod.folder / "parameters.fifo")]
    environment = clean_environment(pod.log, RUNAI_PREFLIGHT_RUN="r1", RUNAI_PREFLIGHT_TARGET="node-a")
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "supervisor: observing node-a, run r1\n"
        (pod.folder / "parameters.fifo").write_text("{}")
        assert process.wait(30) == 1


def test_only_the_chosen_ones_run(pod: Pod) -> None:
    pod.add("one")
    pod.add("two")
    ended = pod.run(RUNAI_PREFLIGHT_PROBES="two")
    assert [one["probe"] for one in ended.frames] == ["two"]


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("os._exit(7)", "crashed", "bad ended with exit code 7 and no result: bad: at most 30 s"),
        (
            "say('x' * 900); os.kill(os.getpid(), signal.SIGKILL)",
            "killed",
            "bad was killed by signal 9 (Killed): " + "x" * 499,
        ),
    ],
)
def test_one_dies_without_a_word(pod: Pod, body: str, code: str, message: str) -> None:
    pod.add("bad", body)
    pod.add("good")
    ended = pod.run()
    bad, good = ended.frames
    assert (ended.code, bad["ok"], bad["stage"], good["ok"]) == (1, False, "run", True)
    assert bad["error"] == {"code": code, "message": message}
    assert read_frames(ended.log.decode()) == ended.frames


def test_one_outlives_its_own_timeout(pod: Pod) -> None:
    text = (pod.folder / "supervisor.py").read_text()
    (pod.folder / "supervisor.py").write_text(text.replace("GRACE = 5.0", "GRACE = 0.2"))
    pod.add("stuck", "pass", timeout=0.3)
    (pod.folder / "stuck.py").write_text("import time\ntime.sleep(60)\n")
    (stuck,) = pod.run().frames
    assert stuck["error"] == {"code": "timeout", "message": "stuck outlived its own timeout and was killed"}


def test_one_that_does_not_exist(pod: Pod) -> None:
    ended = pod.run(RUNAI_PREFLIGHT_PROBES="nowhere")
    assert (ended.code, ended.frame["stage"]) == (1, "start")
    assert ended.frame["error"] == {
        "code": "crashed",
        "message": "nowhere could not be started: there is no nowhere.py beside the supervisor",
    }


def test_parameters_that_cannot_be_read(pod: Pod) -> None:
    pod.parameters = []  # type: ignore[assignment]
    ended = pod.run()
    assert (ended.code, ended.frame["probe"]) == (1, "supervisor")
    assert ended.frame["error"] == {
        "code": "bad-parameters",
        "message": "the parameters must be a JSON object",
    }


def test_sigterm_ends_all_and_writes_what_there_is(pod: Pod) -> None:
    ready = pod.folder / "ready"
    os.mkfifo(ready)
    body = f"observation.data['x'] = 1; os.close(os.open({str(ready)!r}, os.O_WRONLY)); time.sleep(60)"
    pod.add("slow", body)
    with pod.begin() as process:
        os.close(os.open(ready, os.O_RDONLY))  # both ends open: it observes
        process.send_signal(signal.SIGTERM)
        ended = pod.end(process)
    assert (ended.code, ended.frame["data"], ended.frame["error"]["code"]) == (1, {"x": 1}, "terminated")
    assert read_frames(ended.log.decode()) == ended.frames


def test_one_that_ignores_sigterm_is_killed(pod: Pod) -> None:
    ready = pod.folder / "ready"
    os.mkfifo(ready)
    source = f"""
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.close(os.open({str(ready)!r}, os.O_WRONLY))
time.sleep(60)
"""
    pod.add("stubborn")
    (pod.folder / "stubborn.py").write_text(source)
    with pod.begin() as process:
        os.close(os.open(ready, os.O_RDONLY))
        process.send_signal(signal.SIGTERM)
        ended = pod.end(process)
    assert ended.frame["error"] == {
        "code": "killed",
        "message": "stubborn was killed by signal 9 (Killed)",
    }
