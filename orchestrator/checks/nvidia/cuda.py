"""What the cuda probe observed of a machine's GPUs, in words, and how checks judge it."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from pydantic import Field

from orchestrator.checks.nvidia.gpu_signs import gpu_nodes, no_gpu_node
from orchestrator.checks.verdicts import (
    answers,
    failed,
    judge_answer,
    listed,
    passed,
    skipped,
    unknown,
    warned,
)
from orchestrator.data import read_data
from orchestrator.evidence import Evidence, TargetKind
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Status, Subject, Verdict

PROBE = "cuda"
Weighed = tuple[Status, str]
_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.WARN)
_SPEAK = {Status.FAIL: failed, Status.UNKNOWN: unknown, Status.WARN: warned}


class Cause(Model):
    """A row of cuda.yaml."""

    numbers: tuple[int, int] = (0, 0)
    cause: str
    remedy: str
    unknown: bool = False

    @property
    def status(self) -> Status:
        return Status.UNKNOWN if self.unknown else Status.FAIL


@cache
def _causes() -> tuple[list[Cause], dict[str, Cause]]:
    """Those of CUDA's errors, of which the first that fits counts, and those of other ends by their code."""
    data = read_data("orchestrator.checks.nvidia", "cuda.yaml")
    ends = {code: Cause(**row) for code, row in data["ends"].items()}
    return [Cause(**row) for row in data["errors"]], ends


class Ended(Tolerant):
    """How a process of the probe ended: `ok`, or a code and what belongs to it, in a stage."""

    code: str
    stage: str = ""
    call: str = ""
    number: int = Field(default=0, ge=0, le=0xFFFFFFFF)
    name: str | None = None
    signal: int = 0
    message: str = ""
    c_library: str = "glibc"

    @property
    def cause(self) -> Cause:
        errors, ends = _causes()
        if self.code in ("cuda", "jit"):
            return next(each for each in errors if each.numbers[0] <= self.number <= each.numbers[1])
        musl = self.code == "no-library" and not self.c_library.startswith("glibc")
        return ends.get("wrong-image" if musl else self.code, ends["crashed"])

    def __str__(self) -> str:
        """What happened, what that means and what to do."""
        return f"{self.event} ({self.cause.cause}; {self.cause.remedy})"

    @property
    def event(self) -> str:
        match self.code:
            case "cuda" | "jit":
                return f"{self.call} returned {self.name or 'an error'} ({self.number}) at {self.stage}"
            case "no-library":
                return f"libcuda.so.1 cannot be loaded: {self.message}"
            case "hang":
                return f"a process hangs at {self.stage}"
            case "killed":
                return f"a process was killed by signal {self.signal} at {self.stage}"
        return f"a process ended at {self.stage} with {self.code}: {self.message}"


class Alone(Ended):
    """What one process computed: `wrong` words; or how much memory is in use where others have the GPU."""

    wrong: int | None = Field(default=None, ge=0)
    used_mib: int | None = Field(default=None, alias="usedMiB")

    @property
    def obstacle(self) -> Weighed | None:
        """What kept the GPU from being tried."""
        if self.code == "busy":
            return Status.UNKNOWN, f"GPU busy: {self.used_mib} MiB of its memory are in use"
        return None if self.code in ("ok", "jit") else (self.cause.status, str(self))


class Copies(Ended):
    """Bytes in a second from and to pinned memory, in GB."""

    to_device: float | None = None
    to_host: float | None = None


class FailedShare(Ended):
    share: int


class Shares(Tolerant):
    """What the processes that shared the GPU did: each held `mib` MiB; `slowdown` is against one alone."""

    of: int = Field(ge=1)
    code: str
    mib: int | None = None
    wrong: int | None = Field(default=None, ge=0)
    slowdown: float | None = None
    failed: tuple[FailedShare, ...] = ()


class Gpu(Tolerant):
    name: str
    uuid: str
    total_mib: int = Field(alias="totalMiB", gt=0)
    alone: Alone
    copies: Copies | None = Field(default=None, alias="copy")
    shares: Shares | None = None


class Pci(Tolerant):
    """How many of NVIDIA's GPUs are on the PCI bus."""

    count: int


class Machine(Tolerant):
    """The probe's answer: how CUDA started, how many GPUs its pod was given, and each that CUDA shows."""

    start: Ended
    given: int | None = None
    pci: Pci | None = None
    gpus: tuple[Gpu, ...]


def not_tried(gpu: Gpu, words: str) -> Weighed:
    """Unknown, as the words say, with what kept the probe from trying that on this GPU."""
    if gpu.alone.code == "busy":
        return gpu.alone.obstacle or (Status.UNKNOWN, words)
    stopped = [each.event for each in (gpu.alone, gpu.copies) if each and each.code not in ("ok", "jit")]
    return Status.UNKNOWN, f"{words}: {stopped[0] if stopped else 'not told why'}"


def judge_gpus(
    evidence: Evidence, weigh: Callable[[Gpu], Weighed], expected: str, *, of_start: bool = False
) -> Iterator[Verdict]:
    """A verdict on each machine: what is worst of its GPUs, by GPU, or what holds for all.

    Where CUDA does not start that is unknown, unless this is the requirement to blame it `of_start`.
    """
    if evidence.inventory is not None and not gpu_nodes(evidence):
        yield no_gpu_node()
        return

    def judge(subject: Subject, data: dict[str, Any]) -> Verdict:
        machine = Machine.model_validate(data)
        if subject.kind == TargetKind.HOST and machine.pci and not machine.pci.count and not machine.gpus:
            return skipped(subject, "does not apply: this machine has no NVIDIA GPU")
        if machine.start.code != "ok":
            speak = _SPEAK[machine.start.cause.status] if of_start else unknown
            return speak(subject, f"CUDA does not start: {machine.start}", expected=expected)
        if not machine.gpus:
            return unknown(subject, "CUDA starts and shows no GPU", expected=expected)
        if of_start and machine.given and len(machine.gpus) < machine.given:
            words = f"CUDA shows {len(machine.gpus)} of the {machine.given} GPUs that the pod was given"
            return failed(subject, words, expected=expected)
        return _judge_all(subject, [(gpu, *weigh(gpu)) for gpu in machine.gpus], expected)

    yield from (judge_answer(answer, "its GPUs", judge) for answer in answers(evidence, PROBE))


def _judge_all(subject: Subject, weighed: list[tuple[Gpu, Status, str]], expected: str) -> Verdict:
    told = [
        (status, f"GPU {index} ({gpu.name}, {gpu.uuid}): {words}")
        for index, (gpu, status, words) in enumerate(weighed)
    ]
    for worst in _WORST_FIRST:
        if any(status is worst for status, _ in told):
            bad = [words for status, words in told if status is not Status.PASS]
            return _SPEAK[worst](subject, listed(bad, most=3, between="; "), observed=bad, expected=expected)
    count = f"{len(told)} GPU" if len(told) == 1 else f"{len(told)} GPUs"
    words = sorted({words for _, _, words in weighed})
    return passed(subject, f"{count}: {listed(words, most=3)}", observed=words, expected=expected)
