"""A process that works on a GPU for a probe, which must not: CUDA may hang in it, and the kernel may kill it.

A line of stdin is a command, `{"do": "fill", ...}`. A framed line of stdout is a `stage` that begins, or what
the command ended with: `done`, or an `error`. It ends when its stdin does.
"""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

import ctypes
import json
import os
import signal

from gpuwork import GpuWork
from libcuda import CudaError
from library import NoLibrary, c_library
from shared import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

PR_SET_PDEATHSIG = 1


def answering() -> int:
    """A descriptor for answers only: what a library prints goes where errors go."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def obey(work: GpuWork, command: Json) -> Json:
    """What the command ends with."""
    name = command.pop("do")
    try:
        return {"done": getattr(work, name)(**command)}
    except CudaError as error:
        return {"error": {"code": "cuda", **error.told()}}
    except NoLibrary as error:
        return {"error": {"code": "no-library", "message": str(error), "cLibrary": c_library()}}


def main() -> None:
    """Obey until there is nobody left to obey."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    answers = answering()

    def answer(told: Json) -> None:
        os.write(answers, encode(told).encode("ascii") + b"\n")

    work = GpuWork(lambda stage: answer({"stage": stage}))
    for line in sys.stdin:
        answer(obey(work, json.loads(line)))
    os._exit(0)  # what the driver's library does at a regular exit may hang as well


if __name__ == "__main__":
    main()
