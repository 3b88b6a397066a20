"""The processes that work on a GPU, and what becomes of them."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tasks import Deadline
from workers import Failure, Worker

from tests.probes.conftest import Json

Start = Callable[..., Worker]
MIB = 1 << 20


def soon() -> Deadline:
    return Deadline(20)


def failure(worker: Worker, do: str, seconds: float = 20.0, **arguments: object) -> Json:
    with pytest.raises(Failure) as raised:
        worker.ask(Deadline(seconds), do, **arguments)
    return raised.value.told


def gone(pid: int) -> bool:
    """Whether the process has ended, awaited for a while."""
    deadline = soon()
    while deadline.left():
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "XZ":
            return True
        time.sleep(0.01)
    return False


def test_one_that_hangs_is_left_in_the_stage_it_is_in(worker: Start) -> None:
    assert failure(worker("hang=cuDeviceGetCount"), "list", 0.5) == {"code": "hang", "stage": "devices"}


def test_one_that_is_killed(worker: Start) -> None:
    one = worker("kill=cuDeviceGetUuid_v2")
    assert failure(one, "list") == {"code": "killed", "stage": "devices", "signal": signal.SIGKILL}
    assert failure(one, "list") == {"code": "killed", "stage": "devices", "signal": signal.SIGKILL}


def test_one_that_crashes_leaves_its_last_words(worker: Start) -> None:
    told = failure(worker(), "verify_everything")
    assert (told["code"], told["stage"], told["exit"]) == ("crashed", "start", 1)
    assert told["message"].endswith("AttributeError: 'GpuWork' object has no attribute 'verify_everything'")
    assert len(told["message"]) <= 300


def test_what_a_library_prints_is_no_answer(worker: Start) -> None:
    assert worker("chatter=1").ask(soon(), "list")["cuda"] == 13000


def test_it_ends_when_nobody_commands_it_any_more(worker: Start) -> None:
    one = worker()
    one.ask(soon(), "open", ordinal=0)
    one._line.close()
    assert one._process.wait(20) == 0


def test_it_dies_with_the_probe_even_when_it_hangs(worker: Start, machine: Callable[..., Json]) -> None:
    reader, writer = os.pipe()
    probe = os.fork()
    if probe == 0:
        one = Worker(**machine("hang=cuInit"))
        one.start(soon())
        one.tell("list")
        os.write(writer, str(one._process.pid).encode())
        signal.pause()
    pid = int(os.read(reader, 20))
    os.kill(probe, signal.SIGKILL)
    os.waitpid(probe, 0)
    os.close(reader)
    os.close(writer)
    assert gone(pid)


def test_fills_that_follow_each_other_add_up(worker: Start) -> None:
    one = worker("total_mb=2000")
    opened = one.ask(soon(), "open", ordinal=0, share=3)
    assert opened["free"] == 1600 * MIB - 4
    for _ in range(2):
        assert one.ask(soon(), "fill", size=600 * MIB, chunk=256 * MIB) == {
            "filled": 600 * MIB,
            "refused": None,
        }
    over = one.ask(soon(), "fill", size=600 * MIB, chunk=256 * MIB)
    assert over["filled"] == 256 * MIB
    assert over["refused"] == {"call": "cuMemAlloc", "number": 2, "name": "CUDA_ERROR_OUT_OF_MEMORY"}
    assert one.ask(soon(), "verify") == {"wrong": 0}


def test_four_quarters_of_a_gpu_fit_and_five_do_not(worker: Start) -> None:
    workers = [worker("total_mb=6000") for _ in range(5)]
    free = [one.ask(soon(), "open", ordinal=0)["free"] for one in workers][-1]
    for one in workers:
        one.tell("fill", size=free // 4 // MIB * MIB, chunk=64 * MIB)
    filled = [one.answer(soon()) for one in workers]
    assert any(answer["refused"] for answer in filled)
    assert free - 5 * 64 * MIB < sum(answer["filled"] for answer in filled) <= free
    workers.pop().kill()
    for one, answer in zip(workers, filled, strict=False):
        rest = free // 4 // MIB * MIB - answer["filled"]
        assert one.ask(soon(), "fill", size=rest, chunk=64 * MIB)["refused"] is None
        assert one.ask(soon(), "verify") == {"wrong": 0}


def test_over_its_limit_it_may_be_killed(worker: Start) -> None:
    one = worker("limit_mb=1000 limit=kill")
    one.ask(soon(), "open", ordinal=0)
    assert failure(one, "fill", size=2000 * MIB, chunk=100 * MIB)["code"] == "killed"


def test_what_it_may_have_can_be_all_that_it_sees(worker: Start) -> None:
    one = worker("limit_mb=1000 limit=hijack")
    assert one.ask(soon(), "open", ordinal=0)["total"] == 1000 * MIB


def test_the_memory_of_one_that_died_is_free_again(worker: Start) -> None:
    words = "total_mb=2000"
    first = worker(words)
    first.ask(soon(), "open", ordinal=0)
    first.ask(soon(), "fill", size=1000 * MIB, chunk=100 * MIB)
    second = worker(words)
    assert second.ask(soon(), "open", ordinal=0)["free"] == (2000 - 400 - 1000 - 400) * MIB - 8
    first.kill()
    assert second.ask(soon(), "memory")["free"] == (2000 - 400) * MIB - 4
