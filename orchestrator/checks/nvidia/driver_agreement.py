"""Whether the NVIDIA driver that is loaded on a GPU node is the one that its labels tell of."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nvidia.driver import NO_LABEL, PROBE, Driver, judge_drivers
from orchestrator.checks.verdicts import failed, node_subject, passed, skipped, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Question, Requirement, Verdict
from orchestrator.version import Version


class Expect(Model):
    """Nothing to tune: the two are the same or they are not."""


class DriverAgreement(Requirement):
    check: Literal["driver-agreement"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return judge_drivers(evidence, _judge_node)


def _judge_node(node: Node, driver: Driver) -> Verdict:
    subject, told = node_subject(node), driver.labelled
    seen = {"observed": driver.observed(), "expected": "the version that the labels tell is loaded"}
    if told is None:
        return skipped(subject, f"nothing to compare the driver with: {NO_LABEL}")
    if driver.missing:
        return failed(subject, f"the labels tell of driver {told}, but no NVIDIA driver is loaded", **seen)
    if driver.seen is None or driver.seen.version is None:
        why = driver.why_not_seen or "the kernel does not tell the version of the driver"
        message = f"the labels tell of driver {told}; what is loaded is not known: {why}"
        return unknown(subject, message, **seen)
    if not _same(told, driver.seen.version):
        message = f"the labels tell of driver {told}, but {driver.seen.version} is loaded"
        return failed(subject, message, **seen)
    return passed(subject, f"driver {told} by the labels and as loaded", **seen)


def _same(one: str, other: str) -> bool:
    try:
        return Version.parse(one) == Version.parse(other)
    except ValueError:
        return one == other
