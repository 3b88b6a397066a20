"""Whether one device plugin offers the GPUs, not two of them the same ones."""

from collections.abc import Iterator
from typing import Literal

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.checks.workloads import Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict

_OPERATOR = "ClusterPolicy"  # owns what the GPU Operator installs


class Expect(Model):
    """A device plugin is a DaemonSet with such a container: NVIDIA's (the GPU Operator's or not) or Google's.

    Those of one namespace are one installation, whose DaemonSets share out the nodes. There may be one, and
    with `onlyOperator` none but the GPU Operator's.
    """

    containers: tuple[str, ...] = (
        "nvidia-device-plugin",
        "nvidia-device-plugin-ctr",
        "nvidia-gpu-device-plugin",
    )
    only_operator: bool = False

    def __str__(self) -> str:
        return "no device plugin but the GPU Operator's" if self.only_operator else "one device plugin"


class DevicePlugins(Requirement):
    check: Literal["device-plugins"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return ("daemonsets",)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        plugins = [w for w in workloads(inventory_of(evidence)) if w.desired and self._is_plugin(w)]
        seen = {"observed": [str(plugin) for plugin in plugins], "expected": str(self.expect)}
        own = [plugin for plugin in plugins if plugin.owned_by(_OPERATOR)]
        foreign = [plugin for plugin in plugins if plugin not in own]
        if self.expect.only_operator and foreign:
            message = "this device plugin is not the GPU Operator's, which is to offer the GPUs alone"
            yield from (failed(plugin.subject, message, **seen) for plugin in foreign)
        elif len({(plugin.meta.namespace, plugin in own) for plugin in plugins}) > 1:
            message = "this device plugin is one too many: another one offers the same GPUs"
            yield from (failed(plugin.subject, message, **seen) for plugin in (foreign if own else plugins))
        elif plugins:
            yield from (passed(plugin.subject, "no other device plugin runs", **seen) for plugin in plugins)
        else:
            yield passed(CLUSTER, "no device plugin runs", **seen)

    def _is_plugin(self, workload: Workload) -> bool:
        return any(container.name in self.expect.containers for container in workload.containers)
