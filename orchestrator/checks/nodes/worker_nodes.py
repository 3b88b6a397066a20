"""Whether every node that takes workloads is large enough for them."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nodes.node_size import NodeSize
from orchestrator.checks.nodes.workers import workers
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, node_subject, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict

_SHOWN = ("cpu", "memory", "ephemeral-storage")


class WorkerNodes(Requirement):
    check: Literal["worker-nodes"]
    expect: NodeSize

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        nodes = workers(inventory)
        if not nodes and not inventory.malformed:
            yield failed(CLUSTER, "the cluster has no worker nodes", observed=0, expected=str(self.expect))
        yield from map(self._judge_node, nodes)

    def _judge_node(self, node: Node) -> Verdict:
        seen = {"observed": {name: node.capacity.get(name) for name in _SHOWN}, "expected": str(self.expect)}
        if lacking := self.expect.lacking(node):
            return failed(node_subject(node), f"has {lacking}; needed: {self.expect}", **seen)
        if untold := self.expect.unreported(node):
            return unknown(node_subject(node), f"reports {untold}; needed: {self.expect}", **seen)
        return passed(node_subject(node), f"has at least {self.expect}", **seen)
