"""What NVML tells of one GPU, a fact at a time, so that what a GPU does not tell hides nothing else."""

from __future__ import annotations

import ctypes
from ctypes import c_int, c_uint, c_ulonglong, c_void_p

from nvml import FUNCTION_NOT_FOUND, INSUFFICIENT_SIZE, NOT_SUPPORTED, NvmlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from nvml import Nvml
    from shared import Json

    Fact = Callable[[Nvml, c_void_p], object]

MIB = 1 << 20
COMPUTE_MODES = {0: "default", 1: "exclusive-thread", 2: "prohibited", 3: "exclusive-process"}
UNCORRECTED = c_uint(1)
COUNTERS = {"volatile": c_uint(0), "aggregate": c_uint(1)}
NVLINK_MAX_LINKS = 36  # of any GPU so far; asking for one that a GPU has not is no error
NVLINK_INACTIVE = 0
PCI_INFO_SIZE = 128  # bytes; the struct is 68, and its first field the bus id as the kernel writes it


def gpu_facts(nvml: Nvml, index: int) -> Json:
    """Every fact of the GPU with this index; null is not supported, `unread` names the errors of others."""
    facts: Json = {"index": index}
    try:
        handle = c_void_p()
        nvml.call("nvmlDeviceGetHandleByIndex_v2", c_uint(index), ctypes.byref(handle))
    except NvmlError as error:
        return {**facts, "unread": {"handle": error.name}}
    for name, read in FACTS.items():
        try:
            facts[name] = read(nvml, handle)
        except NvmlError as error:
            facts[name] = None
            if error.code not in (NOT_SUPPORTED, FUNCTION_NOT_FOUND):
                facts.setdefault("unread", {})[name] = error.name
    return facts


def _bus_id(nvml: Nvml, gpu: c_void_p) -> str:
    info = ctypes.create_string_buffer(PCI_INFO_SIZE)
    nvml.call("nvmlDeviceGetPciInfo_v3", gpu, info)
    return info.value.decode("ascii", "replace").lower()


def _memory(nvml: Nvml, gpu: c_void_p) -> Json:
    total, _, used = nvml.fields("nvmlDeviceGetMemoryInfo", gpu, count=3, kind=c_ulonglong)
    return {"totalMib": total // MIB, "usedMib": used // MIB}


def _switch(call: str) -> Fact:
    """A mode that is on or off: now, and from the next reset on."""

    def read(nvml: Nvml, gpu: c_void_p) -> Json:
        current, pending = nvml.numbers(call, gpu, count=2)
        return {"current": bool(current), "pending": bool(pending)}

    return read


def _uncorrected(nvml: Nvml, gpu: c_void_p) -> Json:
    """Errors of memory that ECC could not correct: since the driver was loaded, and in the GPU's life."""
    call = "nvmlDeviceGetTotalEccErrors"
    return {
        name: nvml.number(call, gpu, UNCORRECTED, counter, kind=c_ulonglong)
        for name, counter in COUNTERS.items()
    }


def _remapped(nvml: Nvml, gpu: c_void_p) -> Json:
    corrected, uncorrected, pending, failed = nvml.numbers("nvmlDeviceGetRemappedRows", gpu, count=4)
    rows = {"corrected": corrected, "uncorrected": uncorrected}
    return {**rows, "pending": bool(pending), "failed": bool(failed)}


def _retired_pending(nvml: Nvml, gpu: c_void_p) -> bool:
    return bool(nvml.number("nvmlDeviceGetRetiredPagesPendingStatus", gpu))


def _pcie(nvml: Nvml, gpu: c_void_p) -> Json | None:
    """The link as it is and as it can be here, null where a virtual machine is told of none.

    The generation of a link that idles drops.
    """
    link = {
        name: nvml.number(f"nvmlDeviceGet{call}", gpu)
        for name, call in (
            ("generation", "CurrPcieLinkGeneration"),
            ("maxGeneration", "MaxPcieLinkGeneration"),
            ("width", "CurrPcieLinkWidth"),
            ("maxWidth", "MaxPcieLinkWidth"),
        )
    }
    return link if all(link.values()) else None


def _compute_mode(nvml: Nvml, gpu: c_void_p) -> str:
    mode = nvml.number("nvmlDeviceGetComputeMode", gpu, kind=c_int)
    return COMPUTE_MODES.get(mode, f"mode {mode}")


def _nvlink(nvml: Nvml, gpu: c_void_p) -> Json | None:
    """How many links are up, and which are not; null for a GPU without any."""
    states = {link: _link_state(nvml, gpu, link) for link in range(NVLINK_MAX_LINKS)}
    there = {link: state for link, state in states.items() if state is not None}
    down = [link for link, state in there.items() if state == NVLINK_INACTIVE]
    return {"up": len(there) - len(down), "down": down} if there else None


def _link_state(nvml: Nvml, gpu: c_void_p, link: int) -> int | None:
    try:
        return nvml.number("nvmlDeviceGetNvLinkState", gpu, c_uint(link))
    except NvmlError as error:
        if error.name in ("NOT_SUPPORTED", "INVALID_ARGUMENT"):
            return None  # this GPU has no such link
        raise


def _utilization(nvml: Nvml, gpu: c_void_p) -> int:
    """Per cent of the last second or less in which something ran on it."""
    busy, _memory = nvml.fields("nvmlDeviceGetUtilizationRates", gpu, count=2, kind=c_uint)
    return busy


def _performance_state(nvml: Nvml, gpu: c_void_p) -> int:
    """0 at full clocks, more as it idles."""
    return nvml.number("nvmlDeviceGetPerformanceState", gpu, kind=c_int)


def _processes(nvml: Nvml, gpu: c_void_p) -> int:
    """How many compute processes it has; those of other containers may be hidden."""
    count = c_uint(0)
    try:
        nvml.call("nvmlDeviceGetComputeRunningProcesses_v3", gpu, ctypes.byref(count), None)
    except NvmlError as error:
        if error.code != INSUFFICIENT_SIZE:
            raise
    return count.value


FACTS: dict[str, Fact] = {
    "name": lambda nvml, gpu: nvml.text("nvmlDeviceGetName", gpu),
    "uuid": lambda nvml, gpu: nvml.text("nvmlDeviceGetUUID", gpu),
    "bus": _bus_id,
    "memory": _memory,
    "mig": _switch("nvmlDeviceGetMigMode"),
    "ecc": _switch("nvmlDeviceGetEccMode"),
    "uncorrected": _uncorrected,
    "remapped": _remapped,
    "retiredPending": _retired_pending,
    "computeMode": _compute_mode,
    "nvlink": _nvlink,
    "utilization": _utilization,
    "performanceState": _performance_state,
    "processes": _processes,
    "pcie": _pcie,
}
