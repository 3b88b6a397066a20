"""Whether GPU nodes have an NVIDIA driver, and CUDA with it, of versions that are asked for."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from orchestrator.checks.nvidia.driver import BY_LABELS, NO_LABEL, PROBE, Driver, judge_drivers
from orchestrator.checks.verdicts import failed, node_subject, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Question, Requirement, Verdict
from orchestrator.version import Version, VersionRange


class Expect(Model):
    """The versions of the driver that GPU nodes may have, and of the newest CUDA that it can run."""

    driver: VersionRange
    cuda: VersionRange | None = None

    def __str__(self) -> str:
        cuda = f", CUDA {self.cuda}" if self.cuda else ""
        return f"NVIDIA driver {self.driver}{cuda}"


class Judged(NamedTuple):
    """Whether one version is as needed (None: cannot be told), in words."""

    holds: bool | None
    words: str


class GpuDriver(Requirement):
    check: Literal["gpu-driver"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_drivers(evidence, self._judge_node)

    def _judge_node(self, node: Node, driver: Driver) -> Verdict:
        judged = [_judge_driver(driver, self.expect.driver)]
        if self.expect.cuda:
            judged.append(_judge_cuda(driver, self.expect.cuda))
        words = ", and ".join(each.words for each in judged)
        seen = {"observed": driver.observed(), "expected": str(self.expect)}
        holds = [each.holds for each in judged]
        if False in holds:
            return failed(node_subject(node), f"{words}; needed: {self.expect}", **seen)
        speak = unknown if None in holds else passed
        return speak(node_subject(node), words, **seen)


def _judge_driver(driver: Driver, needed: VersionRange) -> Judged:
    if driver.missing:
        return Judged(False, "no NVIDIA driver is loaded")
    if driver.version is None:
        why = driver.why_not_seen or "the kernel does not tell it"
        return Judged(None, f"the version of the NVIDIA driver is not known: {NO_LABEL}, and {why}")
    return _judge_version("the NVIDIA driver", driver.version, driver.told_by, needed)


def _judge_cuda(driver: Driver, needed: VersionRange) -> Judged:
    if driver.cuda is None:
        return Judged(None, f"the version of CUDA is not known: {NO_LABEL}")
    return _judge_version("CUDA", driver.cuda, BY_LABELS, needed)


def _judge_version(what: str, text: str, told_by: str, needed: VersionRange) -> Judged:
    try:
        version = Version.parse(text)
    except ValueError:
        return Judged(None, f"{what} has a version that cannot be read: {text} (told by {told_by})")
    return Judged(needed.admits(version), f"{what} is {version} (told by {told_by})")
