"""What the gpu probe tells of a node's GPUs, read by NVML, and how checks judge it."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Self

from pydantic import Field

from orchestrator.checks.nvidia.gpu_signs import gpu_nodes, no_gpu_node
from orchestrator.checks.verdicts import answers, failed, judge_answer, listed, skipped, unknown
from orchestrator.data import read_data
from orchestrator.evidence import Evidence, TargetKind
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Subject, Verdict

PROBE = "gpu"
_SUCCESS = "SUCCESS"


class NvmlError(Model):
    """A row of nvml.yaml."""

    words: str
    broken: bool = False


@cache
def nvml_errors() -> dict[str, NvmlError]:
    """By NVML's own name."""
    return {
        name: NvmlError(**row) for name, row in read_data("orchestrator.checks.nvidia", "nvml.yaml").items()
    }


def error_words(name: str) -> str:
    """`GPU_IS_LOST: the GPU fell off the bus …`."""
    known = nvml_errors().get(name)
    return f"{name}: {known.words}" if known else name


class Switch(Tolerant):
    """A mode, now and from the next reset of the GPU on."""

    current: bool
    pending: bool


class Uncorrected(Tolerant):
    """Errors of memory that ECC could not correct: since the driver was loaded, and in the GPU's life."""

    volatile: int = Field(ge=0)
    aggregate: int = Field(ge=0)


class Remapped(Tolerant):
    """Rows of memory that were replaced by spare ones, and whether that waits for a reset or has failed."""

    corrected: int
    uncorrected: int
    pending: bool
    failed: bool


class Pcie(Tolerant):
    generation: int = Field(ge=1)
    max_generation: int = Field(ge=1)
    width: int = Field(ge=1)
    max_width: int = Field(ge=1)

    @property
    def slow(self) -> bool:
        return self.generation < self.max_generation

    def __str__(self) -> str:
        return (
            f"generation {self.generation} of {self.max_generation}, {self.width} of {self.max_width} lanes"
        )


class Nvlink(Tolerant):
    """How many links are up, and the numbers of those that are not."""

    up: int = Field(ge=0)
    down: tuple[int, ...]


class Gpu(Tolerant):
    """One GPU; a fact is None where the GPU does not have it, or where `unread` names an error of it."""

    index: int
    name: str | None = None
    bus: str | None = None
    mig: Switch | None = None
    ecc: Switch | None = None
    uncorrected: Uncorrected | None = None
    remapped: Remapped | None = None
    retired_pending: bool | None = None
    compute_mode: str | None = None
    nvlink: Nvlink | None = None
    pcie: Pcie | None = None
    utilization: int | None = None
    unread: dict[str, str] = Field(default_factory=dict)

    def __str__(self) -> str:
        return f"GPU {self.index} ({self.bus})" if self.bus else f"GPU {self.index}"

    def error_of(self, *facts: str) -> str | None:
        """The error by which one of these facts, or the whole GPU, was not told."""
        return next((self.unread[fact] for fact in ("handle", *facts) if fact in self.unread), None)


class KernelDriver(Tolerant):
    loaded: bool
    version: str | None = None


class Library(Tolerant):
    """NVML's library, and the driver that it came with by its file's name."""

    path: str | None = None
    version: str | None = None


class Pci(Tolerant):
    """NVIDIA's GPUs on the PCI bus, and how many of them NVIDIA's driver has."""

    count: int
    bound: int


class Hang(Tolerant):
    """The call that did not return, and what it was to look at."""

    call: str
    at: str


class Xid(Tolerant):
    """An error by its number, of the GPU at this address: how often, and how long ago the last was."""

    bus: str
    xid: int
    count: int = Field(ge=1)
    seconds_ago: int = Field(ge=0)


class XidLog(Tolerant):
    """What the kernel's log holds of them; `source` is None where it could not be read."""

    seen: tuple[Xid, ...]
    source: str | None


class Told(Tolerant):
    """The probe's answer as it is sent: what the GPUs have in common stands apart."""

    library: Library | None = None
    why: str = ""
    c_library: str
    kernel_driver: KernelDriver | None = None
    pci: Pci | None = None
    xid: XidLog
    hang: Hang | None = None
    init: str | None = None
    driver: str | None = None
    cuda: str | None = None
    count: int | None = None
    common: dict[str, Any]
    gpus: tuple[dict[str, Any], ...]


class View(Told):
    """The probe's answer with every GPU whole; ValidationError when it is told otherwise."""

    devices: tuple[Gpu, ...]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        told = Told.model_validate(data)
        devices = tuple(Gpu.model_validate({**told.common, **own}) for own in told.gpus)
        return cls(**dict(told), devices=devices)

    @property
    def obstacle(self) -> str | None:
        """Why not all GPUs were looked at."""
        if self.library is None:
            return self._absence
        if self.hang:
            return f"NVML hung at {self.hang.at}: {self.hang.call} did not return"
        if self.init != _SUCCESS:
            return f"NVML does not start: {error_words(self.init or 'no answer')}"
        if len(self.devices) != self.count:
            return f"of {self.count} GPUs {len(self.devices)} were told"
        return None

    @property
    def _absence(self) -> str:
        """Why there is no library."""
        if not self.c_library.startswith("glibc"):
            return "NVIDIA's library NVML needs glibc, which the image of the probe has not"
        return f"NVIDIA's library NVML is not where the probe runs: {self.why}"


def judge_views(evidence: Evidence, judge: Callable[[Subject, View], Verdict]) -> Iterator[Verdict]:
    """What `judge` says of each machine's GPUs; that there are none, where no node shows one."""
    if evidence.inventory is not None and not gpu_nodes(evidence):
        yield no_gpu_node()
        return
    for answer in answers(evidence, PROBE):
        yield judge_answer(answer, "its GPUs", lambda subject, data: judge(subject, View.of(data)))


def judge_gpus(evidence: Evidence, judge: Callable[[Subject, tuple[Gpu, ...]], Verdict]) -> Iterator[Verdict]:
    """The same of the GPUs alone; unknown, with the reason, where NVML does not tell of all of them."""

    def judge_view(subject: Subject, view: View) -> Verdict:
        if no_gpu := without_gpu(subject, view):
            return no_gpu
        return unknown(subject, view.obstacle) if view.obstacle else judge(subject, view.devices)

    return judge_views(evidence, judge_view)


def faulty(
    subject: Subject, problems: list[str], gpus: tuple[Gpu, ...], facts: tuple[str, ...], **seen: Any
) -> Verdict | None:
    """The verdict where GPUs have problems, or did not tell one of these facts; None where all is well."""
    if problems:
        return failed(subject, listed(problems, between="; "), **seen)
    silent = [f"{gpu}: {error_words(error)}" for gpu in gpus if (error := gpu.error_of(*facts))]
    return unknown(subject, f"not all was told: {listed(silent, between='; ')}", **seen) if silent else None


def without_gpu(subject: Subject, view: View) -> Verdict | None:
    """The verdict on a machine alone that has no GPU: no cluster says that it should have one."""
    none = view.pci is not None and not view.pci.count and not view.devices
    if none and subject.kind == TargetKind.HOST:
        return skipped(subject, "does not apply: this machine has no NVIDIA GPU")
    return None
