"""What the gpu probe tells of a machine and its driver, and how it ends where NVML does not."""

import os
import re
from collections.abc import Callable

import library
import pytest

from tests.probes.conftest import Json
from tests.probes.gpu.conftest import Look, Machine

HANG = 3.0  # seconds that the probe has where a call does not return


def test_a_machine_without_the_library(look: Look) -> None:
    data = look()["data"]
    assert (data["library"], data["gpus"]) == (None, [])
    assert (
        data["why"] == "libnvidia-ml.so.1 is neither in the loader's search path nor in a folder of drivers"
    )
    assert re.fullmatch(r"glibc \d+\.\d+", data["cLibrary"])


@pytest.mark.parametrize("answer", [ValueError("unrecognized configuration name"), OSError(22, "no"), None])
def test_an_image_without_glibc(monkeypatch: pytest.MonkeyPatch, answer: Exception | None) -> None:
    """As musl answers, which knows no such name, or knows it and says nothing."""

    def confstr(_: str) -> str | None:
        if answer:
            raise answer
        return None

    monkeypatch.setattr(os, "confstr", confstr)
    assert library.c_library() == "not glibc"


def test_a_file_that_is_no_library(look: Look, machine: Machine) -> None:
    path = machine.libraries / "libnvidia-ml.so.1"
    path.write_text("no ELF")
    assert look(library=str(path))["data"]["why"] == f"{path}: file too short"


@pytest.mark.parametrize(
    ("words", "init"),
    [
        ("init=18", "LIB_RM_VERSION_MISMATCH"),
        ("init=9", "DRIVER_NOT_LOADED"),
        ("fail.nvmlDeviceGetCount_v2=15", "GPU_IS_LOST"),
        ("init=77", "ERROR_77"),
    ],
)
def test_nvml_that_does_not_start(look: Look, install: Callable[..., None], words: str, init: str) -> None:
    install(version="550.54.15")
    frame = look(words)
    data = frame["data"]
    assert (frame["ok"], data["init"], data["gpus"], "count" in data) == (True, init, [], False)
    assert data["library"]["version"] == "550.54.15"
    assert data["kernelDriver"]["version"] == "535.104.05"


@pytest.mark.parametrize(
    ("words", "hang", "told"),
    [
        ("hang=nvmlInit_v2", {"call": "nvmlInit_v2", "at": "init"}, 0),
        (
            "devices=3 2.hang=nvmlDeviceGetNvLinkState",
            {"call": "nvmlDeviceGetNvLinkState", "at": "GPU 2"},
            2,
        ),
    ],
)
def test_a_call_that_does_not_return(
    look: Look, install: Callable[..., None], words: str, hang: Json, told: int
) -> None:
    install()
    frame = look(words, timeout=HANG)
    assert (frame["ok"], frame["data"]["hang"], len(frame["data"]["gpus"])) == (True, hang, told)


def test_nobody_waits_for_a_child_that_hangs(
    look: Look, install: Callable[..., None], machine: Machine
) -> None:
    """The probe's own streams close with it, as `run_probe` reads them to their ends."""
    install()
    assert look("hang=nvmlSystemGetDriverVersion", timeout=HANG)["seconds"] < HANG


def test_a_library_that_crashes(look: Look, install: Callable[..., None]) -> None:
    install()
    frame = look("devices=2 1.crash=nvmlDeviceGetName")
    assert (frame["ok"], frame["stage"]) == (False, "GPU 1")
    message = "in nvmlDeviceGetName: the process was killed by signal 11"
    assert frame["error"] == {"code": "crashed", "message": message}
    assert [each["index"] for each in frame["data"]["gpus"]] == [0]


def test_the_versions_on_a_healthy_machine(
    look: Look, install: Callable[..., None], machine: Machine
) -> None:
    install()
    data = look()["data"]
    path = str(machine.libraries / "libnvidia-ml.so.535.104.05")
    assert data["library"] == {"path": path, "version": "535.104.05"}
    assert (data["driver"], data["cuda"], data["count"], data["hang"]) == ("535.104.05", "12.2", 8, None)
    assert data["kernelDriver"] == {
        "loaded": True,
        "version": "535.104.05",
        "seenIn": "/proc/driver/nvidia/version",
    }


def test_the_gpus_on_the_bus(look: Look, machine: Machine) -> None:
    devices = {
        "0000:07:00.0": ("0x10de", "0x030200", "nvidia"),
        "0000:0f:00.0": ("0x10de", "0x030200", "vfio-pci"),
        "0000:10:00.0": ("0x10de", "0x068000", "nvidia-nvswitch"),
        "0000:00:02.0": ("0x1a03", "0x030000", "ast"),
    }
    for address, (vendor, kind, driver) in devices.items():
        folder = machine.root / "sys/bus/pci/devices" / address
        machine.has(f"sys/bus/pci/devices/{address}/vendor", f"{vendor}\n")
        machine.has(f"sys/bus/pci/devices/{address}/class", f"{kind}\n")
        machine.has(f"sys/bus/pci/drivers/{driver}/bind", "")
        (folder / "driver").symlink_to(machine.root / "sys/bus/pci/drivers" / driver)
    assert look()["data"]["pci"] == {"count": 2, "bound": 1}


@pytest.mark.parametrize(
    ("capacity", "regions"),
    [(None, None), ("", 0), ("drm/0000:03:00.0/vram0 8514437120\nnvidia/0000:07:00.0/vidmem 85\n", 1)],
)
def test_memory_that_cgroups_limit(
    look: Look, machine: Machine, capacity: str | None, regions: int | None
) -> None:
    if capacity is not None:
        machine.has("sys/fs/cgroup/dmem.capacity", capacity)
    frame = look()
    assert (frame["detail"]["dmemRegions"], frame["data"]["pci"]) == (regions, None)
