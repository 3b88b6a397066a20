"""Whether the GPU Operator knows the container runtime that GPU nodes have."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.checks.matcher import written
from orchestrator.checks.nvidia.gpu_signs import gpu_nodes, no_gpu_node
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, object_subject, passed, skipped
from orchestrator.checks.workloads import RESOURCES, workloads
from orchestrator.evidence import Evidence
from orchestrator.fields import FieldPath
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict
from orchestrator.version import Version, VersionRange

_POLICIES = "clusterpolicies"
_FIELD = FieldPath.parse("spec.operator.defaultRuntime")
_OPERATORS_WORDS = {"cri-o": "crio"}


class Expect(Model):
    """The GPU Operator, by image and name, finds the runtime out itself in versions of `detected`."""

    images: tuple[str, ...] = ("*/gpu-operator",)
    name: str = "gpu-operator"
    detected: VersionRange = VersionRange.parse(">=1.9")

    def __str__(self) -> str:
        return f"{_FIELD} is the nodes' container runtime, or the GPU Operator {self.detected}"


class DefaultRuntime(Requirement):
    check: Literal["default-runtime"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES, _POLICIES, *RESOURCES)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory, runtimes = inventory_of(evidence), _runtimes(evidence)
        policies = inventory.objects.get(_POLICIES, ())
        if not runtimes:
            yield no_gpu_node()
        elif not policies:
            yield skipped(CLUSTER, "there is no ClusterPolicy that could name a runtime")
        else:
            yield from (self._judge_policy(policy, runtimes, self._version(inventory)) for policy in policies)

    def _judge_policy(self, policy: dict[str, Any], runtimes: list[str], version: Version | None) -> Verdict:
        subject, named = object_subject("ClusterPolicy", policy), _FIELD.of(policy)
        seen = {"observed": {str(_FIELD): named, "runtimes": runtimes}, "expected": str(self.expect)}
        if version and self.expect.detected.admits(version):
            return passed(subject, f"the GPU Operator {version} finds the nodes' runtime out itself", **seen)
        message = f"{_FIELD} is {written(named)}, the GPU nodes run {' and '.join(runtimes)}"
        return (passed if runtimes == [named] else failed)(subject, message, **seen)

    def _version(self, inventory: Inventory) -> Version | None:
        images = self.expect.images
        operators = (
            w for w in workloads(inventory) if w.named("*", self.expect.name) and w.runs_image(images)
        )
        return next((operator.version_of(images) for operator in operators), None)


def _runtimes(evidence: Evidence) -> list[str]:
    """Those of GPU nodes, as the GPU Operator calls them."""
    reported = {node.node_info.container_runtime_version for node in gpu_nodes(evidence)}
    names = {runtime.partition("://")[0] for runtime in reported}
    return sorted(_OPERATORS_WORDS.get(name, name) for name in names)
