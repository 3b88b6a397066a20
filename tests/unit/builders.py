"""Small evidence, built from what the Kubernetes API and the probes would say."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from orchestrator.checks import AnyRequirement
from orchestrator.evidence import (
    Cell,
    Evidence,
    Observation,
    Outcome,
    Reason,
    RunInfo,
    Target,
    TargetKind,
    Tool,
)
from orchestrator.inventory.model import Inventory, Resource, Unread
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Status, Subject, Verdict

CLUSTER = Subject(kind="Cluster", name="cluster")
READY = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready"}
LOST = {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped"}
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_REQUIREMENT: TypeAdapter[AnyRequirement] = TypeAdapter(AnyRequirement)
_RUN = RunInfo(
    id="run1",
    shape="jobs",
    started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    ended_at=datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC),
)


def node(
    name: str = "n1",
    *,
    labels: Iterable[str] | dict[str, str] = (),
    annotations: Iterable[str] = (),
    taints: Iterable[str] = (),
    unschedulable: bool = False,
    provider_id: str = "",
    ready: dict[str, str] | None = READY,
    info: dict[str, str] | None = None,
    capacity: dict[str, str] | None = None,
    allocatable: dict[str, str] | None = None,
    addresses: dict[str, str] | None = None,
) -> Node:
    """A node from Kubernetes' JSON: Ubuntu and containerd, unless `info` says otherwise; taints by effect."""
    size = {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", **(capacity or {})}
    reported = {
        "operatingSystem": "linux",
        "osImage": "Ubuntu 20.04.6 LTS",
        "containerRuntimeVersion": "containerd://1.6.6",
        "kubeletVersion": "v1.24.3",
        **(info or {}),
    }
    return Node.model_validate(
        {
            "metadata": {
                "name": name,
                "labels": labels if isinstance(labels, dict) else dict.fromkeys(labels, ""),
                "annotations": dict.fromkeys(annotations, ""),
            },
            "spec": {
                "providerID": provider_id,
                "unschedulable": unschedulable,
                "taints": [{"key": "t", "effect": effect} for effect in taints],
            },
            "status": {
                "conditions": [ready] if ready else [],
                "nodeInfo": reported,
                "addresses": [{"type": kind, "address": each} for kind, each in (addresses or {}).items()],
                "capacity": size,
                "allocatable": size if allocatable is None else {**size, **allocatable},
            },
        }
    )


def inventory(*nodes: Node, version: str | None = "v1.24.3", **fields: Any) -> Inventory:
    return Inventory(server_version=version, nodes=nodes, **fields)


def unread(resource: Resource, verb: str = "list", message: str = "forbidden") -> Unread:
    return Unread(resource=resource, verb=verb, message=message)


def cluster(*nodes: Node, **fields: Any) -> Evidence:
    """Evidence of a cluster with these nodes, on which nothing was probed."""
    return evidence(inventory(*nodes, **fields))


def evidence(
    read: Inventory | None = None, cells: Iterable[Cell] = (), observations: Iterable[Observation] = ()
) -> Evidence:
    return Evidence(
        tool=Tool(version="1.0.0"),
        run=_RUN,
        inventory=read,
        ledger=tuple(cells),
        observations=tuple(observations),
    )


def target(name: str = "n1") -> Target:
    return Target(kind=TargetKind.NODE, name=name)


def probed(probe: str, data: dict[str, Any], read: Inventory | None = None) -> Evidence:
    """Evidence in which this probe answered so on node n1."""
    cell = Cell(probe=probe, target=target(), outcome=Outcome.ANSWERED)
    answer = Observation(probe=probe, target=target(), source="log", data=data)
    return evidence(read, [cell], [answer])


def unanswered(probe: str, reason: Reason | None, message: str = "") -> Evidence:
    cell = Cell(probe=probe, target=target(), outcome=Outcome.UNANSWERED, reason=reason, message=message)
    return evidence(None, [cell])


def not_applicable(probe: str) -> Evidence:
    outcome = Outcome.NOT_APPLICABLE
    return evidence(None, [Cell(probe=probe, target=target(), outcome=outcome, reason=Reason.WINDOWS)])


def row(check: str, expect: dict[str, Any] | None = None, **fields: Any) -> Requirement:
    """A required row with this check."""
    return _REQUIREMENT.validate_python(
        {
            "id": "some.row",
            "title": "Some row",
            "check": check,
            "source": {"document": "A document", "section": "A section"},
            "remedy": {"text": "Mend it."},
            **({"expect": expect} if expect is not None else {}),
            **fields,
        }
    )


def verdict(
    status: str, subject: Subject | str, message: str, observed: object = None, expected: object = None
) -> Verdict:
    """A verdict on this subject, or on the node of this name."""
    about = Subject(kind="Node", name=subject) if isinstance(subject, str) else subject
    return Verdict(
        status=Status(status), subject=about, message=message, observed=observed, expected=expected
    )


def judge(requirement: Requirement, seen: Evidence) -> list[Verdict]:
    return list(requirement.judge(seen))
