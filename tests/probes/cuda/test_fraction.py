"""The fraction probe: four real processes that share a GPU of the stub's, and what becomes of each."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.probes.conftest import PROBES, Json, clean_environment, read_frames
from tests.probes.cuda.conftest import Machine

ONE, OTHER = (f"5eed0000-0000-4000-8000-00000000000{gpu}" for gpu in (0, 1))
FIT = "limit_mb=4096"
REFUSED = {
    "code": "cuda",
    "stage": "fill",
    "call": "cuMemAlloc",
    "number": 2,
    "name": "CUDA_ERROR_OUT_OF_MEMORY",
}
KILLED = {"code": "killed", "signal": 9}
_NETWORKS = count()


class Pod:
    """A probe as a process, at an address of its own."""

    def __init__(self, parameters: Json, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-IS", str(PROBES / "fraction.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        assert self._process.stdin
        self._process.stdin.write(json.dumps(parameters))
        self._process.stdin.close()

    def frame(self) -> Json | None:
        """What it tells at its end; None where it was killed before."""
        assert self._process.stdout
        with self._process.stdout as told:
            frames = read_frames(told.read())
        self._process.wait()
        return frames[0] if frames else None


class Node:
    """Pods gpu-1/1 to gpu-1/4 on a machine of these words, which can be others for one of them."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine, self._folder = machine, folder
        self._network = f"127.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
        self._first = 4 * (next(_NETWORKS) % 60) + 1
        self.names = [f"gpu-1/{number}" for number in range(1, 5)]

    def address(self, number: int) -> str:
        return f"{self._network}.{self._first + number - 1}"

    def start(self, number: int, words: str, met: list[int], parameters: Json, **environment: str) -> Pod:
        """One pod, which is told of those numbers."""
        log = self._folder / f"log-{number}"
        own = {
            "RUNAI_PREFLIGHT_ADDRESS": self.address(number),
            "RUNAI_PREFLIGHT_TARGET": f"gpu-1/{number}",
            "RUNAI_PREFLIGHT_RUN": "r1",
        }
        told = {"number": number, "shareMib": 4096, "holdSeconds": 0, "computeMs": 5, "timeout": 50}
        environ = clean_environment(log, **own, **self._machine(words), **environment)
        return Pod({**told, "peersFile": self._peers(number, met), **parameters}, environ)

    def _peers(self, number: int, met: list[int]) -> str:
        path = self._folder / f"peers-{number}.json"
        peers = [{"name": f"gpu-1/{n}", "address": self.address(n)} for n in met if n != number]
        missing = [f"gpu-1/{n}" for n in range(1, 5) if n not in met]
        path.write_text(json.dumps({"members": len(met), "missing": missing, "peers": peers}))
        return str(path)


Run = Callable[..., dict[int, Json | None]]


@pytest.fixture
def run(machine: Machine, tmp_path: Path) -> Run:
    """Run the pods of these numbers at once: the frame of each; `p2` holds other words for the second."""
    node = Node(machine, tmp_path)

    def go(words: str = FIT, pods: tuple[int, ...] = (1, 2, 3, 4), **changed: Any) -> dict[int, Json | None]:
        environment = changed.pop("environment", {})
        own = {number: changed.pop(f"p{number}", words) for number in pods}
        started = {
            number: node.start(number, own[number], list(pods), changed, **environment.get(number, {}))
            for number in pods
        }
        return {number: pod.frame() for number, pod in started.items()}

    return go


def data_of(frames: dict[int, Json | None]) -> dict[int, Json]:
    """The data of those that came to their end."""
    return {number: frame["data"] for number, frame in frames.items() if frame}


def test_who_asks_for_too_much_is_ended_with_its_pod_and_the_others_tell(run: Run) -> None:
    frames = run("limit_mb=4096 limit=kill-pod")
    assert frames[4] is None
    for number, data in data_of(frames).items():
        assert data["lost"] == [{"name": "gpu-1/4", "step": "over", "code": "gone"}], number
        assert (data["overBy"], data["wrong"], data["wrongAgain"]) == ("gpu-1/4", 0, 0)


def test_its_worker_alone_may_be_killed(run: Run) -> None:
    told = data_of(run("limit_mb=4096 limit=kill"))
    assert told[4]["over"] == {**KILLED, "stage": "fill"}
    assert [told[number]["wrongAgain"] for number in (1, 2, 3)] == [0, 0, 0]
    assert [data["lost"] for data in told.values()] == [[]] * 4


def test_neighbours_that_are_killed_as_well_tell_so(run: Run) -> None:
    told = data_of(run("limit_mb=4096 limit=kill-all"))
    for number in (1, 2, 3):
        assert told[number]["failed"] == {"step": "again", **KILLED, "stage": "release"}
        assert "wrongAgain" not in told[number]


def test_neighbours_whose_memory_is_written_over_see_it(run: Run) -> None:
    told = data_of(run("limit_mb=4096 limit=spill"))
    assert told[4]["over"]["code"] == "no-limit"
    assert all(told[number]["wrongAgain"] > 0 for number in (1, 2, 3))
    assert [data["wrong"] for data in told.values()] == [0, 0, 0, 0]


def test_who_hangs_when_it_asks_for_too_much_keeps_nobody_for_long(run: Run) -> None:
    told = data_of(run("limit_mb=4096 limit=hang", patience=5.0))
    assert told[4]["over"] == {"code": "hang", "stage": "fill"}
    assert [told[number]["wrongAgain"] for number in (1, 2, 3)] == [0, 0, 0]


@pytest.mark.parametrize("view", ["", " limit=hijack"])
def test_a_share_that_is_kept_to(run: Run, view: str) -> None:
    told = data_of(run(FIT + view))
    for number, data in told.items():
        assert data["gpus"] == [ONE]
        assert data["totalMib"] == (4096 if view else 16384)
        assert (data["overheadMib"], data["filledMib"], data["wrong"]) == (400, 3438, 0)
        assert data["lost"] == []
        assert data.get("wrongAgain", 0) == 0, number
    assert told[4]["over"] == {**REFUSED, "atMib": 3694}
    assert all("over" not in told[number] for number in (1, 2, 3))


def test_nothing_stops_who_is_not_kept_to_its_share(run: Run) -> None:
    told = data_of(run(""))
    assert told[4]["over"] == {"code": "no-limit", "atMib": 4556}
    assert [told[number]["wrongAgain"] for number in (1, 2, 3)] == [0, 0, 0]


def test_memory_that_others_hold_is_missed_by_all(run: Run) -> None:
    told = data_of(run("others_mb=8000"))
    assert {data["filledMib"] for data in told.values()} == {1438}


def test_a_share_that_is_smaller_than_promised_cannot_be_filled(run: Run) -> None:
    told = data_of(run(p2="limit_mb=2048"))
    assert told[2]["refused"] == REFUSED
    assert told[2]["filledMib"] == 1536
    assert [told[number]["filledMib"] for number in (1, 3, 4)] == [3438] * 3


def test_a_pod_on_another_gpu_shows(run: Run) -> None:
    elsewhere = {3: {"CUDA_VISIBLE_DEVICES": f"GPU-{OTHER}"}}
    told = data_of(run("devices=2 limit_mb=4096", environment=elsewhere))
    assert told[3]["gpus"] == [OTHER]


def test_memory_that_changes_is_seen(run: Run) -> None:
    told = data_of(run(p2="limit_mb=4096 flip=preflight_fill"))
    assert told[2]["wrong"] > 0
    assert [told[number]["wrong"] for number in (1, 3, 4)] == [0, 0, 0]


def test_with_three_of_four_the_last_one_there_asks_for_too_much(run: Run) -> None:
    told = data_of(run(pods=(1, 2, 3)))
    assert {(data["members"], *data["missing"], data["overBy"]) for data in told.values()} == {
        (3, "gpu-1/4", "gpu-1/3")
    }
    assert told[3]["over"]["number"] == 2


def test_one_alone_is_tried_all_the_same(run: Run) -> None:
    (data,) = data_of(run(pods=(2,))).values()
    assert (data["members"], data["over"]["number"], data["wrong"]) == (1, 2, 0)


def test_who_cannot_open_the_gpu_drops_out_and_the_others_go_on(run: Run) -> None:
    told = data_of(run(p1="fail.cuInit=999"))
    error = {"code": "cuda", "stage": "init", "call": "cuInit", "number": 999, "name": "CUDA_ERROR_UNKNOWN"}
    assert told[1]["failed"] == {"step": "open", **error}
    for number in (2, 3, 4):
        assert told[number]["lost"] == [{"name": "gpu-1/1", "step": "open", "code": "gone"}]
        assert told[number]["wrong"] == 0
    assert told[4]["over"]["number"] == 2


def test_a_worker_that_hangs_is_left_behind(run: Run) -> None:
    told = data_of(run(p2="limit_mb=4096 hang=cuModuleLoadData", patience=5.0))
    assert told[2]["failed"] == {"step": "open", "code": "hang", "stage": "module"}
    assert told[4]["over"]["number"] == 2


def test_without_a_compiler_memory_is_filled_and_verified(run: Run) -> None:
    told = data_of(run("limit_mb=4096 fail.cuModuleLoadData=221"))
    assert [data["wrong"] for data in told.values()] == [0, 0, 0, 0]
    assert told[4]["over"]["number"] == 2


def test_what_the_container_is_told_of_its_share_is_passed_on(run: Run) -> None:
    environment = {1: {"NVIDIA_GPU_MEMORY_LIMIT": "4096"}, 2: {"NVIDIA_GPU_MEMORY_LIMIT": "4Gi"}}
    told = data_of(run(pods=(1, 2), environment=environment))
    assert told[1]["limitMib"] == 4096
    assert "limitMib" not in told[2]


def test_a_pod_that_nobody_comes_to_says_whom_it_missed(machine: Machine, tmp_path: Path) -> None:
    node = Node(machine, tmp_path)
    frame = node.start(1, FIT, [1, 2], {"meetSeconds": 0.5}).frame()
    assert frame
    assert (frame["ok"], frame["stage"], frame["error"]["code"]) == (False, "meet", "not-met")
    assert frame["error"]["message"] == "gpu-1/2 did not come to port 10348"


def test_a_pod_that_finds_nobody_says_where_it_looked(machine: Machine, tmp_path: Path) -> None:
    node = Node(machine, tmp_path)
    frame = node.start(2, FIT, [1, 2], {"meetSeconds": 0.5}).frame()
    assert frame
    where = f"gpu-1/1 at {node.address(1)}, port 10348, was not met: "
    assert frame["error"]["message"].startswith(where)


def test_a_port_that_is_taken_is_named(machine: Machine, tmp_path: Path) -> None:
    node = Node(machine, tmp_path)
    with socket.create_server((node.address(1), 10348)):
        frame = node.start(1, FIT, [1], {}).frame()
    assert frame
    assert (frame["stage"], frame["error"]["code"]) == ("party", "port-taken")


def test_a_pod_that_is_told_of_nobody_does_not_wait_for_ever(machine: Machine, tmp_path: Path) -> None:
    node = Node(machine, tmp_path)
    frame = node.start(1, FIT, [1], {"peersFile": str(tmp_path / "none"), "timeout": 1.0}).frame()
    assert frame
    assert (frame["stage"], frame["error"]["code"]) == ("party", "not-told")
