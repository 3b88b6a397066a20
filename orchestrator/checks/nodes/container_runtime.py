"""Whether each node's container runtime is one that the document knows, and what it asks for with it."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.nodes.workers import machines
from orchestrator.checks.verdicts import failed, inventory_of, node_subject, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """Runtime names as kubelets report them (`docker`, `containerd`, `cri-o`), each with a note or none."""

    runtimes: dict[str, str]


class ContainerRuntime(Requirement):
    check: Literal["container-runtime"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return map(self._judge_node, machines(inventory_of(evidence)))

    def _judge_node(self, node: Node) -> Verdict:
        reported = node.node_info.container_runtime_version
        name = reported.partition("://")[0]
        subject, seen = node_subject(node), {"observed": reported, "expected": sorted(self.expect.runtimes)}
        if not name:
            return unknown(subject, "the node reports no container runtime", **seen)
        if name not in self.expect.runtimes:
            return failed(subject, f"the container runtime is {reported}", **seen)
        note = self.expect.runtimes[name]
        return passed(subject, f"the container runtime is {reported}{f': {note}' if note else ''}", **seen)
