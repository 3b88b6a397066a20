"""Whether every node is ready, with the kubelet's own words where one is not."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, node_subject, passed, warned
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """Nothing to tune: a node is ready or it is not."""


class NodesReady(Requirement):
    check: Literal["nodes-ready"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        if not inventory.nodes and not inventory.malformed:
            yield failed(CLUSTER, "the cluster has no nodes", observed=0)
        yield from map(_judge_node, inventory.nodes)


def _judge_node(node: Node) -> Verdict:
    subject = node_subject(node)
    if not node.ready:
        return failed(subject, f"not ready: {node.why_not_ready}", observed="NotReady", expected="Ready")
    if node.unschedulable:
        return warned(subject, "ready, but cordoned: nothing new is scheduled on it", observed="cordoned")
    return passed(subject, "ready", observed="Ready")
