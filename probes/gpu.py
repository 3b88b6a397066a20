"""Observes the GPUs of a machine as NVML tells of them, without taking one: driver, memory, modes, links."""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce

if __name__ == "__main__":
    announce("gpu")  # before the imports, which take longer than the interpreter's own start

import ctypes

from forked import Child, Trouble
from gpufacts import gpu_facts
from library import FOLDERS, NoLibrary, c_library, library_file, library_version, load_library
from nvidia import dmem_regions, observe_nvidia_driver, pci_gpus
from nvml import LIBRARY, Nvml, NvmlError
from shared import TIMEOUT, Fault, Observation, run
from xid import KMSG, observe_xids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from forked import Teller
    from shared import Json

MARGIN = 0.8  # of the probe's own timeout that NVML may take, so that what it told until then still counts
OWN = frozenset({"index", "uuid", "bus"})  # what no two GPUs have in common
SUCCESS = "SUCCESS"


def look(teller: Teller, given: str) -> None:
    """What NVML tells: `facts` of the machine, then each `gpu`; the stage is what is looked at."""
    teller.stage("library")
    try:
        library = teller.call("dlopen", load_library, LIBRARY, given)
    except NoLibrary as error:
        teller.fact("facts", {"why": str(error)})
        return
    path = library_file((given or LIBRARY).rpartition("/")[2])
    teller.fact("facts", {"library": {"path": path, "version": path and library_version(path)}})
    teller.stage("init")
    nvml = Nvml(library, teller)
    try:
        nvml.call("nvmlInit_v2")
        count = nvml.number("nvmlDeviceGetCount_v2")
    except NvmlError as error:
        teller.fact("facts", {"init": error.name})
        return
    teller.fact("facts", {"init": SUCCESS, "count": count, **_versions(nvml)})
    for index in range(count):
        teller.stage(f"GPU {index}")
        teller.fact("gpu", gpu_facts(nvml, index))


def _versions(nvml: Nvml) -> Json:
    """Of the driver, and of the newest CUDA that it can run; drivers before 396 do not tell that."""
    versions: Json = {"driver": None, "cuda": None}
    try:
        versions["driver"] = nvml.text("nvmlSystemGetDriverVersion")
        cuda = nvml.number("nvmlSystemGetCudaDriverVersion_v2", kind=ctypes.c_int)
        versions["cuda"] = f"{cuda // 1000}.{cuda % 1000 // 10}"
    except NvmlError:
        return versions
    return versions


def fold(gpus: list[Json]) -> Json:
    """The same in fewer bytes: what all of several GPUs have in common is told once."""
    first, *others = gpus or [{}]
    common = {
        key: value
        for key, value in first.items()
        if key not in OWN and others and all(key in gpu and gpu[key] == value for gpu in others)
    }
    own = [{key: value for key, value in gpu.items() if key not in common} for gpu in gpus]
    return {"common": common, "gpus": own}


def observe(observation: Observation) -> None:
    """What the kernel tells, then what NVML tells: in a child, since its calls hang where a GPU is lost."""
    parameter, data = observation.parameter, observation.data
    root, given = parameter("root", ""), parameter("library", "")
    observation.stage = "kernel"
    observation.detail.update(dmemRegions=dmem_regions(root), lookedFor=[LIBRARY, *FOLDERS])
    data.update(
        kernelDriver=observe_nvidia_driver(root),
        pci=pci_gpus(root),
        xid=observe_xids(parameter("kmsg", KMSG)),
        cLibrary=c_library(),
        library=None,
        hang=None,
    )
    patience = MARGIN * parameter("timeout", TIMEOUT)
    gpus: list[Json] = []
    try:
        for stage, name, fact in Child(lambda teller: look(teller, given), patience, patience).facts():
            observation.stage = stage
            gpus += [fact] if name == "gpu" else []
            data.update(fact if name == "facts" else {})
    except Trouble as trouble:
        _heed(trouble, observation)
    finally:
        data.update(fold(gpus))


def _heed(trouble: Trouble, observation: Observation) -> None:
    """A call that hangs is something to observe; anything else that stops NVML stops the probe."""
    if trouble.code not in ("hang", "slow"):
        raise Fault("crashed", f"in {trouble.operation or trouble.stage}: {trouble}")
    observation.data["hang"] = {"call": trouble.operation, "at": trouble.stage}


if __name__ == "__main__":
    run("gpu", observe)
