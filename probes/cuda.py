"""Observes what the GPUs of a machine can do, by CUDA: compute right, copy, be shared by several processes.

It fills the memory of every GPU that nobody uses. It never calls CUDA itself: what may hang or be killed are
its workers, whose stages it hears.
"""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce

if __name__ == "__main__":
    announce("cuda")  # before the imports, which take longer than the interpreter's own start

import os
import threading

from gputest import GpuTest, Options
from nvidia import observe_nvidia_driver, pci_gpus
from shared import TIMEOUT, Observation, run
from tasks import Deadline, parallel
from workers import Failure, Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

MARGIN = 0.9  # of the probe's own timeout, so that what hangs at its end can still be told


def listed(options: Options) -> tuple[Json, list[Json]]:
    """How the driver's library started, and its facts on each GPU."""
    worker = Worker()
    try:
        worker.start(options.deadline)
        told = worker.ask(options.soon(), "list")
    except Failure as failure:
        return failure.told, []
    finally:
        worker.kill()
    version = told["cuda"]
    start = {"code": "ok", "cuda": f"{version // 1000}.{version % 1000 // 10}", "library": told["library"]}
    return start, told["devices"]


def observe(observation: Observation) -> None:
    """All GPUs at the same time, once it is known which there are."""
    data = observation.data
    options = Options(observation, Deadline(MARGIN * observation.parameter("timeout", TIMEOUT)))
    observation.stage = "list"
    given = os.environ.get("RUNAI_PREFLIGHT_GPUS", "")
    data["given"] = int(given) if given.isdigit() else None
    data["driver"] = (observe_nvidia_driver() or {}).get("version")
    data["pci"] = pci_gpus()
    data["start"], devices = listed(options)
    turn = threading.Lock()
    tests = [GpuTest(ordinal, facts, options, turn) for ordinal, facts in enumerate(devices)]
    data["gpus"] = [test.entry for test in tests]
    observation.detail["gpus"] = [test.detail for test in tests]
    observation.stage = "gpus"
    parallel(GpuTest.run, tests)


if __name__ == "__main__":
    run("cuda", observe)
