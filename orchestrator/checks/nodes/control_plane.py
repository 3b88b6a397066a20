"""Whether the control plane runs on nodes of its own."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, node_subject, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.distribution import MANAGED, detect
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """Nothing to tune."""


class ControlPlane(Requirement):
    check: Literal["control-plane"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        masters = [node for node in inventory.nodes if node.control_plane]
        if not inventory.nodes and not inventory.malformed:
            yield unknown(
                CLUSTER, "the API lists no node, so that none can be told to be of the control plane"
            )
        elif not masters and not inventory.malformed:
            yield passed(CLUSTER, f"no node is labelled as control plane: {_where(inventory)}")
        yield from map(_judge_node, masters)


def _where(inventory: Inventory) -> str:
    found = detect(inventory)
    return f"{found.title} manages it" if found and found.id in MANAGED else "it runs elsewhere"


def _judge_node(node: Node) -> Verdict:
    subject = node_subject(node)
    if node.repels_workloads:
        return passed(subject, "carries the control plane and takes no workloads (tainted or cordoned)")
    return failed(
        subject, "carries the control plane and takes workloads as well: it has no NoSchedule taint"
    )
