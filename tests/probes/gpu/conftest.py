"""A machine with NVIDIA's driver and the stub of its library, and the gpu probe as a program on it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nvml
import pytest

from tests.gpustub.build import compile_stub
from tests.probes.conftest import Ended, Json

MODULE = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n"
Look = Callable[..., Json]


class Machine(NamedTuple):
    """A machine's root, with a driver loaded, and where NVIDIA's libraries lie."""

    root: Path
    libraries: Path

    def has(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    found = Machine(tmp_path / "root", tmp_path / "lib")
    found.libraries.mkdir()
    found.has("proc/driver/nvidia/version", MODULE)
    return found


@pytest.fixture
def install(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Put a stub where the loader finds NVML, named after a version as NVIDIA does."""

    def put(stub: str = "libnvidia-ml", version: str = "535.104.05") -> None:
        built = compile_stub(stub, tmp_path_factory.getbasetemp().parent / "gpustub")
        file = machine.libraries / f"libnvidia-ml.so.{version}"
        shutil.copy(built, file)
        (machine.libraries / nvml.LIBRARY).symlink_to(file.name)

    return put


@pytest.fixture
def look(machine: Machine, run_probe: Callable[..., Ended]) -> Look:
    """The probe's frame on this machine, the words telling the stub what to be."""

    def go(words: str = "", **parameters: object) -> Json:
        own = {"root": str(machine.root), "kmsg": str(machine.root / "kmsg"), **parameters}
        path = str(machine.libraries)
        return run_probe("gpu", own, STUB_NVML=words, LD_LIBRARY_PATH=path).frame

    return go
