"""NVIDIA's driver and GPUs as the kernel shows them to every process, without any library of NVIDIA's."""

from __future__ import annotations

import os
import re

from shared import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

NVRM = re.compile(r"Kernel Module\b(?: +for \S+)? +(\d+(?:\.\d+)+)")  # of all flavours of the driver
PCI_DEVICES = "/sys/bus/pci/devices"
PCI_VENDOR = "0x10de"
PCI_CLASSES = ("0x0300", "0x0302")  # display and 3D controllers


def observe_nvidia_driver(root: str = "") -> Json | None:
    """The driver that the kernel has loaded; null where the pod cannot see what the kernel has loaded.

    No device is needed: the kernel tells every process on the machine.
    """
    told = NVRM.search(read(f"{root}/proc/driver/nvidia/version") or "")
    if told:
        return {"loaded": True, "version": told.group(1), "seenIn": "/proc/driver/nvidia/version"}
    modules = listed(f"{root}/sys/module")
    if not modules:
        return None
    version = (read(f"{root}/sys/module/nvidia/version") or "").strip()
    return {"loaded": "nvidia" in modules, "version": version or None, "seenIn": "/sys/module"}


def pci_gpus(root: str = "") -> Json | None:
    """How many of NVIDIA's GPUs are on the PCI bus, and `bound` to its driver; null where it is hidden."""
    devices = listed(f"{root}{PCI_DEVICES}")
    if not devices:
        return None
    gpus = [path for path in (f"{root}{PCI_DEVICES}/{device}" for device in devices) if _is_gpu(path)]
    bound = [path for path in gpus if os.path.realpath(f"{path}/driver").endswith("/nvidia")]
    return {"count": len(gpus), "bound": len(bound)}


def _is_gpu(path: str) -> bool:
    if (read(f"{path}/vendor") or "").strip() != PCI_VENDOR:
        return False
    return (read(f"{path}/class") or "").startswith(PCI_CLASSES)


def dmem_regions(root: str = "") -> int | None:
    """How many GPU memories the kernel can limit by cgroup; null where it tells of none."""
    capacity = read(f"{root}/sys/fs/cgroup/dmem.capacity")
    return None if capacity is None else sum("nvidia" in line for line in capacity.splitlines())


def listed(folder: str) -> list[str]:
    """The names in a folder, none where it cannot be read."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - pathlib is slow to import
    except OSError:
        return []
