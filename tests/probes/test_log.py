"""The first line of a probe: who observes what, before anything dear is imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.probes.conftest import PROBES, clean_environment, read_frames
from tests.probes.test_portability import CHEAP, OURS

PROGRAMS = ["supervisor", "node", "dns", "egress"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_next_to_nothing_is_imported_before_the_first_line(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-IS", "-X", "importtime", str(PROBES / f"{name}.py")]
    environment = clean_environment(
        tmp_path / "log", RUNAI_PREFLIGHT_RUN="r1", RUNAI_PREFLIGHT_TARGET="node-a"
    )
    ended = subprocess.run(
        command, input="[]", capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    before, line, after = ended.stderr.partition(f"{name}: observing node-a, run r1\n")
    assert line
    every_start = {"time"}
    assert imported(before) & (CHEAP | OURS) - every_start == {"__future__", "log", "os"}
    assert {"json", "shared"} <= imported(after)


def imported(told: str) -> set[str]:
    """The modules that `-X importtime` tells of."""
    return {line.rpartition("|")[2].strip() for line in told.splitlines()}


def test_without_an_environment_the_target_is_this_machine(tmp_path: Path) -> None:
    told = run_node(tmp_path, "exec {python} -IS {node}").stderr.splitlines()
    assert told == [f"node: observing {Path('/proc/sys/kernel/hostname').read_text().strip()}, run local"]


def test_a_closed_stderr_takes_nothing_from_the_result(tmp_path: Path) -> None:
    ended = run_node(tmp_path, "exec {python} -IS {node} 2>&-")
    (one,) = read_frames(ended.stdout)
    assert one["error"] == {"code": "bad-parameters", "message": "the parameters must be a JSON object"}


def run_node(folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """What `sh` makes of node with parameters that it refuses."""
    return subprocess.run(
        ["sh", "-c", script.format(python=sys.executable, node=PROBES / "node.py")],
        input=json.dumps([]),
        capture_output=True,
        text=True,
        env=clean_environment(folder / "log"),
        timeout=60,
        check=False,
    )
