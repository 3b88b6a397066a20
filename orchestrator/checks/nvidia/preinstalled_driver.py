"""Whether the GPU Operator leaves out what the GPU nodes bring along: the driver, and what goes with it."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.matcher import written
from orchestrator.checks.nvidia.gpu_signs import gpu_nodes, no_gpu_node
from orchestrator.checks.verdicts import (
    CLUSTER,
    failed,
    inventory_of,
    listed,
    object_subject,
    passed,
    skipped,
)
from orchestrator.evidence import Evidence
from orchestrator.fields import FieldPath
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict

_POLICIES = "clusterpolicies"
_EXAMPLES = 3


class Expect(Model):
    """Where each GPU node says by a label that its driver was there before, all of `disabled` is false.

    Where only some do, the others need the GPU Operator's.
    """

    labels: dict[str, str] = Field(default={"nvidia.com/gpu.deploy.driver": "pre-installed"})
    disabled: tuple[FieldPath, ...] = Field(min_length=1)

    def shown_by(self, node: Node) -> bool:
        """Whether the node shows that its driver was there before the GPU Operator."""
        return any(node.labels.get(label) == value for label, value in self.labels.items())

    def __str__(self) -> str:
        return " and ".join(f"{path} is false" for path in self.disabled)


class PreinstalledDriver(Requirement):
    check: Literal["preinstalled-driver"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES, _POLICIES)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        nodes = gpu_nodes(evidence)
        with_driver = [node.name for node in nodes if self.expect.shown_by(node)]
        policies = inventory_of(evidence).objects.get(_POLICIES, ())
        if not nodes:
            yield no_gpu_node()
        elif not with_driver:
            yield passed(CLUSTER, "no GPU node shows that it brought a driver along", observed=[])
        elif not policies:
            yield skipped(CLUSTER, "there is no ClusterPolicy that could install another driver")
        elif len(with_driver) < len(nodes):
            message = f"{listed(with_driver, _EXAMPLES)} brought a driver along, the other GPU nodes need one"
            yield passed(CLUSTER, message, observed=with_driver[:_EXAMPLES])
        else:
            yield from (self._judge_policy(policy, with_driver) for policy in policies)

    def _judge_policy(self, policy: dict[str, Any], nodes: list[str]) -> Verdict:
        subject = object_subject("ClusterPolicy", policy)
        values = {str(path): path.of(policy) for path in self.expect.disabled}
        on = [f"{path} is {written(value)}" for path, value in values.items() if value is not False]
        seen = {"observed": {**values, "nodes": nodes[:_EXAMPLES]}, "expected": str(self.expect)}
        brought = f"{listed(nodes, _EXAMPLES)} brought a driver along"
        if on:
            return failed(subject, f"{brought}, but {', '.join(on)}", **seen)
        return passed(subject, f"{brought}, and the GPU Operator leaves it alone", **seen)
