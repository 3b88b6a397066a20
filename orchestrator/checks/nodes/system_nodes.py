"""Whether there are enough machines, large enough, for Run:ai's own software."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from orchestrator.checks.nodes.node_size import NodeSize
from orchestrator.checks.nvidia.gpu_signs import has_gpu
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, listed, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.objects import Node
from orchestrator.quantity import Quantity
from orchestrator.requirement import Requirement, Verdict


class Expect(NodeSize):
    """At least `count` ready nodes that take any pod, each of this size; `cpu_only` ones have no GPU."""

    count: int = Field(ge=1)
    disk: Quantity
    cpu_only: bool = False

    def __str__(self) -> str:
        nodes = f"{self.count} or more {'CPU-only ' if self.cpu_only else ''}worker nodes"
        return f"{nodes} with {super().__str__()}"


class SystemNodes(Requirement):
    check: Literal["system-nodes"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        nodes = sorted(inventory.nodes, key=lambda node: node.name)
        able = [node for node in nodes if not self._unfit(node)]
        fit = [node for node in able if not self.expect.unreported(node)]
        seen = {"observed": {"fit": len(fit), "nodes": len(nodes)}, "expected": str(self.expect)}
        if len(fit) >= self.expect.count:
            yield passed(CLUSTER, _told(fit), **seen)
        else:
            speak = failed if len(able) + len(inventory.malformed) < self.expect.count else unknown
            reasons = [f"{node.name} {self._reason(node)}" for node in nodes if node not in fit]
            why = listed(reasons, between="; ")
            words = f"{_share(len(fit), len(nodes))}; needed: {self.expect}"
            yield speak(CLUSTER, f"{words} ({why})" if why else words, **seen)

    def _reason(self, node: Node) -> str:
        """Why this node does not count."""
        return self._unfit(node) or f"reports {self.expect.unreported(node)}"

    def _unfit(self, node: Node) -> str:
        """Why this node is not fit for sure."""
        repels = node.repels_workloads
        reasons = {
            "is of the control plane": repels and node.control_plane,
            "runs windows": node.windows,
            "is virtual": node.virtual,
            "is not ready": not node.ready,
            "is tainted or cordoned": repels,
            "has GPUs": self.expect.cpu_only and has_gpu(node),
        }
        reason = next((reason for reason, holds in reasons.items() if holds), "")
        lacking = "" if reason else self.expect.lacking(node)
        return f"has {lacking}" if lacking else reason


def _share(fit: int, nodes: int) -> str:
    if not fit:
        return "no node fits"
    return f"{fit} of {nodes} {'nodes' if nodes > 1 else 'node'} {'fit' if fit > 1 else 'fits'}"


def _told(fit: list[Node]) -> str:
    gpus = sum(map(has_gpu, fit))
    told = f"{len(fit)} nodes fit" if len(fit) > 1 else "1 node fits"
    names = listed([node.name for node in fit], between="; ")
    return f"{told}{f' ({gpus} with GPUs)' if gpus else ''}: {names}"
