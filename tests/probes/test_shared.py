"""Parameters in, one frame out: the contract that every probe keeps through its helper."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import MARK, TERMINATION_LIMIT, Fault, encode, fit, frame
from tasks import parallel, within

from tests.probes.conftest import PROBES, Json, clean_environment, read_frames


def run_source(source: str, log: Path, stdin: str = "") -> Json:
    """The frame (and exit code) of a probe that is written here."""
    program = f"import sys, time; sys.path.insert(0, {str(PROBES)!r}); import shared\n{source}"
    command = [sys.executable, "-IS", "-c", program]
    ended = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        env=clean_environment(log, RUNAI_PREFLIGHT_RUN="r1", RUNAI_PREFLIGHT_TARGET="node-a"),
        timeout=30,
        check=False,
    )
    (one,) = read_frames(ended.stdout)
    return {**one, "exit": ended.returncode, "errors": ended.stderr}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "termination-log"


def test_a_frame_says_what_was_seen_and_for_whom(log: Path) -> None:
    source = "def observe(o): o.data['x'] = o.parameter('x', 0); o.detail['y'] = 'é'\n"
    source += "shared.run('p', observe)"
    one = run_source(source, log, '{"x": 4}')
    errors, seconds = one.pop("errors"), one.pop("seconds")
    assert one == {
        "schema": 1,
        "probe": "p",
        "run": "r1",
        "target": "node-a",
        "ok": True,
        "stage": "done",
        "error": None,
        "data": {"x": 4},
        "detail": {"y": "é"},
        "exit": 0,
    }
    assert errors == "p: at most 30 s\n"
    assert seconds < 30
    assert read_frames(log.read_text())[0]["detail"] == {"y": "é"}


def test_a_hang_ends_as_a_timeout_and_keeps_what_was_seen(log: Path) -> None:
    source = "def observe(o): o.stage = 'disk'; o.data['x'] = 1; time.sleep(60)\nshared.run('p', observe)"
    one = run_source(source, log, '{"timeout": 1.0}')
    assert (one["ok"], one["exit"], one["stage"], one["data"]) == (False, 1, "disk", {"x": 1})
    assert one["error"] == {
        "code": "timeout",
        "message": "stopped by SIGALRM before it had observed everything",
    }


def test_a_signal_ends_it_with_a_frame(log: Path) -> None:
    source = (
        "import os, signal\n"
        "def observe(o): os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)\n"
        "shared.run('p', observe)"
    )
    assert run_source(source, log)["error"]["code"] == "terminated"


def test_a_bug_ends_as_a_frame_with_its_traceback_on_stderr(log: Path) -> None:
    one = run_source("shared.run('p', lambda o: 1 / 0)", log)
    assert (one["exit"], one["stage"]) == (1, "start")
    assert one["error"] == {"code": "internal", "message": "ZeroDivisionError: division by zero"}
    assert "Traceback" in one["errors"]


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        ("[1]", "the parameters must be a JSON object"),
        ('{"timeout": "soon"}', "parameter 'timeout' must be of type float, not str"),
        ('{"timeout": true}', "parameter 'timeout' must be of type float, not bool"),
        ('{"timeout": 0}', "parameter 'timeout' must be more than 0 seconds"),
    ],
)
def test_parameters_that_cannot_be_used(log: Path, stdin: str, message: str) -> None:
    one = run_source("shared.run('p', lambda o: None)", log, stdin)
    assert (one["exit"], one["stage"]) == (1, "start")
    assert one["error"] == {"code": "bad-parameters", "message": message}


def test_text_that_is_not_json(log: Path) -> None:
    one = run_source("shared.run('p', lambda o: None)", log, "{")
    assert one["error"]["message"].startswith("the parameters are not JSON: ")


def test_a_termination_log_that_cannot_be_written_leaves_stdout(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "log"
    one = run_source("shared.run('p', lambda o: None)", path)
    assert (one["ok"], one["exit"]) == (True, 0)
    told = f"the result could not be written: [Errno 2] No such file or directory: '{path}'"
    assert told in one["errors"].splitlines()


def test_a_closed_stdout_leaves_the_termination_log(log: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(PROBES)!r}); import shared\nshared.run('p', lambda o: None)"
    )
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-IS", "-c", program]
    environment = clean_environment(log)
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        os.close(writer)
        assert process.wait(30) == 0
    assert read_frames(log.read_text())[0]["ok"] is True


def test_a_call_that_hangs_is_left_behind() -> None:
    reader, writer = os.pipe()
    with contextlib.closing(os.fdopen(writer, "wb")), pytest.raises(TimeoutError):
        within(0.05, lambda: os.read(reader, 1))


def test_failures_come_back_from_threads() -> None:
    def check(item: int) -> int:
        if item == 2:
            raise Fault("two", "no twos")
        return item * 10

    assert parallel(check, [1, 3]) == [10, 30]
    with pytest.raises(Fault, match=r"^no twos$"):
        parallel(check, [1, 2, 3])


# what goes into the termination log


def result(data: Json, detail: Json, fault: Fault | None = None, probe: str = "p") -> Json:
    return frame(probe, stage="done", seconds=1, fault=fault, data=data, detail=detail)


def test_what_fits_is_written_whole() -> None:
    one = result({"a": 1}, {"b": "x" * 3000})
    assert fit([one]) == (encode(one) + "\n").encode()


def test_detail_goes_first() -> None:
    (one,) = read_frames(fit([result({"a": 1}, {"b": "x" * 4000})]).decode())
    assert (one["data"], one["reduced"]) == ({"a": 1}, True)
    assert "detail" not in one


def test_then_the_data_but_never_the_verdict_on_the_run() -> None:
    fault = Fault("timeout", "m" * 600)
    (one,) = read_frames(fit([result({"a": "x" * 5000}, {}, fault)]).decode())
    assert (one["ok"], one["data"], one["reduced"]) == (False, {}, True)
    assert one["error"] == {"code": "timeout", "message": "m" * 100}
    assert one["note"] == "the data is in the log only: it does not fit here"


def test_the_space_is_shared_fairly() -> None:
    small = result({"a": 1}, {"b": "small"}, probe="small")
    middle = result({"a": "x" * 1500}, {"b": "x" * 3000}, probe="middle")
    large = result({"a": "x" * 9000}, {}, probe="large")
    first, second, third = read_frames(fit([large, middle, small]).decode())
    assert (first["probe"], first["data"]) == ("large", {})
    assert (second["data"], "detail" in second) == ({"a": "x" * 1500}, False)
    assert third == small


SIZED = st.integers(0, TERMINATION_LIMIT).map(lambda size: {"é": "ü" * (size // 6)})


@given(st.lists(st.builds(result, SIZED, SIZED), max_size=20), st.integers(0, 2 * TERMINATION_LIMIT))
def test_any_frames_fit_as_whole_lines(frames: list[Json], limit: int) -> None:
    text = fit(frames, limit)
    assert len(text) <= limit
    kept = read_frames(text.decode("ascii"))
    assert [one["ok"] for one in kept] == [True] * len(kept)
    if limit >= 300 * len(frames):
        assert len(kept) == len(frames)


def test_the_mark_is_the_engine_s() -> None:
    assert MARK == "runai-preflight-result: "
    assert json.loads(encode(result({}, {})).removeprefix(MARK))["schema"] == 1
