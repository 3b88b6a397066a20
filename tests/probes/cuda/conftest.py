"""Machines with GPUs: the stub of NVIDIA's driver, compiled, and told what it has and how it fails."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tasks import Deadline
from workers import Worker

from tests.gpustub.build import compile_stub
from tests.probes.conftest import Ended, Json

Machine = Callable[..., dict[str, str]]
Probe = Callable[..., Json]


@pytest.fixture(scope="session")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for compiled stubs, which all workers of a test run have in common."""
    return tmp_path_factory.getbasetemp().parent / "gpulibraries"


@pytest.fixture
def machine(stubs: Path, tmp_path: Path) -> Machine:
    """The environment in which a program finds the stub's GPUs, as these words say; `stub` is which one."""

    def make(words: str = "", stub: str = "libcuda") -> dict[str, str]:
        folder = tmp_path / stub
        folder.mkdir(exist_ok=True)
        link = folder / "libcuda.so.1"
        if not link.is_symlink():
            link.symlink_to(compile_stub(stub, stubs))
        return {
            "LD_LIBRARY_PATH": str(folder),
            "STUB_CUDA": words,
            "STUB_CUDA_LEDGER": str(tmp_path / "ledger"),
        }

    return make


@pytest.fixture
def probe(run_probe: Callable[..., Ended], machine: Machine) -> Probe:
    """The frame of the cuda probe on a machine of these words, with its parameters."""

    def go(words: str = "", **parameters: Any) -> Json:
        ended = run_probe("cuda", {"holdSeconds": 0, **parameters}, **machine(words))
        assert ended.code == 0, ended.errors
        return ended.frame

    return go


@pytest.fixture
def worker(machine: Machine) -> Iterator[Callable[..., Worker]]:
    """Start a worker on a machine of these words; it is gone after the test."""
    with ExitStack() as started:

        def start(words: str = "", stub: str = "libcuda") -> Worker:
            one = Worker(**machine(words, stub))
            started.callback(one.kill)
            one.start(Deadline(20))
            return one

        yield start
