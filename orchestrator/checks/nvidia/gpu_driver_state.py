"""Whether the NVIDIA driver of a node is whole: module and libraries of one version, every GPU answering."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nvidia.nvml import PROBE, View, error_words, judge_views, nvml_errors, without_gpu
from orchestrator.checks.verdicts import failed, listed, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_MISMATCH = "LIB_RM_VERSION_MISMATCH"
_EXPECTED = "one version of the driver, and every GPU answers"


class Expect(Model):
    """Nothing to tune: the driver is whole or it is not."""


class GpuDriverState(Requirement):
    check: Literal["gpu-driver-state"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_views(evidence, _judge_view)


def _judge_view(subject: Subject, view: View) -> Verdict:
    if no_gpu := without_gpu(subject, view):
        return no_gpu
    seen = {"observed": _observed(view), "expected": _EXPECTED}
    if trouble := _trouble(view):
        return failed(subject, trouble, **seen)
    if view.obstacle:
        return unknown(subject, view.obstacle, **seen)
    gpus = "its GPU answers" if view.count == 1 else f"all {view.count} GPUs answer"
    return passed(subject, f"driver {view.driver} is loaded, its libraries are the same, and {gpus}", **seen)


def _trouble(view: View) -> str | None:
    """What is wrong, if that can be told."""
    kernel, init = view.kernel_driver, view.init or ""
    if kernel and not kernel.loaded:
        return "no NVIDIA driver is loaded"
    if view.hang:
        return f"NVML hung at {view.hang.at}, as it does where a GPU is lost: {view.hang.call} did not return"
    if init == _MISMATCH or _differ(view):
        return f"{_versions(view)}: {nvml_errors()[_MISMATCH].words}"
    if _broken(init):
        return f"NVML does not start: {error_words(init)}"
    if lost := list(_lost(view)):
        return listed(lost, between="; ")
    return None if view.obstacle or view.count else "NVML starts, but shows no GPU"


def _broken(error: str) -> bool:
    known = nvml_errors().get(error)
    return known is not None and known.broken


def _lost(view: View) -> Iterator[str]:
    """The GPUs that do not answer as they should."""
    for gpu in view.devices:
        error = next(filter(_broken, gpu.unread.values()), None)
        if error:
            yield f"{gpu}: {error_words(error)}"


def _differ(view: View) -> bool:
    loaded, library = _loaded(view), view.library and view.library.version
    return bool(loaded and library and loaded != library)


def _loaded(view: View) -> str | None:
    return (view.kernel_driver and view.kernel_driver.version) or view.driver


def _versions(view: View) -> str:
    if _differ(view):
        return (
            f"driver {_loaded(view)} is loaded, its libraries are of {view.library and view.library.version}"
        )
    return "the driver that is loaded and its libraries are of two versions"


def _observed(view: View) -> dict[str, object]:
    """All that is known, for a finding."""
    known = {
        "loaded": _loaded(view),
        "library": view.library and view.library.version,
        "cuda": view.cuda,
        "init": view.init,
        "gpus": view.count,
    }
    return {name: value for name, value in known.items() if value}
