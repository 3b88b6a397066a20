"""Whether the NVLinks of GPUs are up: all of those on NVSwitches, and as many on GPUs of one kind."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal

from orchestrator.checks.nvidia.nvml import PROBE, Gpu, Nvlink, faulty, judge_gpus
from orchestrator.checks.verdicts import passed, skipped
from orchestrator.data import read_data
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_EXPECTED = "all NVLinks up where NVSwitches connect the GPUs, else as many on each GPU of a kind"
_Linked = list[tuple[Gpu, Nvlink]]


class Expect(Model):
    """Nothing to tune; nvlink.yaml tells which GPUs are on NVSwitches."""


class GpuNvlink(Requirement):
    check: Literal["gpu-nvlink"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_gpus(evidence, _judge_gpus)


def _judge_gpus(subject: Subject, gpus: tuple[Gpu, ...]) -> Verdict:
    linked = [(gpu, gpu.nvlink) for gpu in gpus if gpu.nvlink]
    seen = {"observed": {str(gpu): links.up for gpu, links in linked}, "expected": _EXPECTED}
    problems = list(_problems(linked, alone=len(gpus) == 1))
    if verdict := faulty(subject, problems, gpus, ("nvlink",), **seen):
        return verdict
    if not any(links.up for _, links in linked):
        return skipped(subject, "does not apply: no NVLink connects its GPUs")
    return passed(subject, f"NVLinks up on each GPU: {_counts(linked)}", **seen)


def _problems(linked: _Linked, *, alone: bool) -> Iterator[str]:
    """A machine that has one GPU alone may have been given none of the switches."""
    for gpu, links in linked:
        name, all_of = gpu.name or "", links.up + len(links.down)
        most = max(other.up for each, other in linked if each.name == gpu.name)
        if _switched(name) and links.down and not (alone and not links.up):
            yield f"{gpu}: {links.up} of {all_of} NVLinks are up"
        elif links.up < most:
            yield f"{gpu}: {links.up} NVLinks are up, {most} on another {name}"


def _counts(linked: _Linked) -> str:
    return " or ".join(str(count) for count in sorted({links.up for _, links in linked}))


@cache
def _switched(name: str) -> bool:
    known = read_data("orchestrator.checks.nvidia", "nvlink.yaml")["switched"]
    return any(fnmatchcase(name, glob) for glob in known)
