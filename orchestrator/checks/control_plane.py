"""Whether the control plane runs on nodes of its own."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, node_subject, passed
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """Nothing to tune."""


class ControlPlane(Requirement):
    check: Literal["control-plane"]
    expect: Expect = Expect()

    def reads(self) -> tuple[Resource, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        masters = [node for node in inventory_of(evidence).nodes if node.control_plane]
        if not masters:
            yield passed(CLUSTER, "no node carries the control plane: it is managed or runs elsewhere")
        yield from map(_judge_node, masters)


def _judge_node(node: Node) -> Verdict:
    subject = node_subject(node)
    if node.repels_workloads:
        return passed(subject, "carries the control plane and takes no workloads (tainted or cordoned)")
    return failed(
        subject, "carries the control plane and takes workloads as well: it has no NoSchedule taint"
    )
