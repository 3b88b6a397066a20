"""Nodes as the evidence keeps them: Kubernetes' own shape, without what nobody asks about."""

from typing import Any

from pydantic import model_serializer

from orchestrator.kube.models import Node as _Node

_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_REPELLING = ("NoSchedule", "NoExecute")


class Node(_Node):
    @property
    def name(self) -> str:
        return self.meta.name

    @property
    def labels(self) -> dict[str, str]:
        return self.meta.labels

    @property
    def annotations(self) -> dict[str, str]:
        return self.meta.annotations

    @property
    def ready(self) -> bool:
        return any(c.type == "Ready" and c.status == "True" for c in self.conditions)

    @property
    def why_not_ready(self) -> str:
        """The kubelet's or the node controller's own words."""
        ready = next((c for c in self.conditions if c.type == "Ready"), None)
        return f"{ready.reason}: {ready.message}" if ready else "it reports no Ready condition"

    @property
    def windows(self) -> bool:
        return self.node_info.operating_system == "windows"

    @property
    def control_plane(self) -> bool:
        return any(label in self.meta.labels for label in _CONTROL_PLANE)

    @property
    def repels_workloads(self) -> bool:
        """Whether an ordinary pod, without tolerations, would not be scheduled here."""
        return self.unschedulable or any(taint.effect in _REPELLING for taint in self.taints)

    @property
    def gpu_count(self) -> int:
        """The GPUs that the kubelet offers, whole ones or MIG slices."""
        offered = (v for k, v in self.capacity.items() if k.startswith("nvidia.com/") and v.isdecimal())
        return sum(map(int, offered))

    @model_serializer
    def _as_kubernetes_does(self) -> dict[str, Any]:
        meta, info = self.meta, self.node_info
        return {
            "metadata": {
                "name": meta.name,
                "uid": meta.uid,
                "labels": meta.labels,
                "annotations": meta.annotations,
            },
            "spec": {
                "providerID": self.provider_id,
                "unschedulable": self.unschedulable,
                "taints": [taint.model_dump() for taint in self.taints],
            },
            "status": {
                "conditions": [condition.model_dump() for condition in self.conditions],
                "addresses": [address.model_dump() for address in self.addresses],
                "nodeInfo": info.model_dump(by_alias=True),
                "capacity": self.capacity,
                "allocatable": self.allocatable,
            },
        }
