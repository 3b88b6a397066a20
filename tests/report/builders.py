"""Reports and evidence as tests need them; every argument but the telling ones has a default."""

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.evidence import (
    Cell,
    Cleanup,
    ClusterIdentity,
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
from orchestrator.report.model import Coverage, Finding, ProfileRef, Report, Summary
from orchestrator.requirement import Remedy, Severity, Source, Status, Subject

STARTED = datetime(2026, 3, 1, 2, 0, 0, tzinfo=UTC)
REMEDY = Remedy(text="Let every node reach it.", commands=("curl -v https://gcr.io/v2/",))
SOURCE = Source(document="The documentation", section="Network", url="https://docs.example/net")
PROFILE = ProfileRef(name="runai-2.7", title="Run:ai 2.7", document="The documentation", complete=True)
CLUSTER = ClusterIdentity(server="https://10.0.0.1:6443", context="prod", version="v1.23.17")


def finding(id_: str, status: Status, subject: str = "", message: str = "as it is", **fields: Any) -> Finding:
    """About a node of this name, or about the cluster when there is none."""
    about = Subject(kind="Node", name=subject) if subject else Subject(kind="Cluster", name="cluster")
    needs_action = status in (Status.FAIL, Status.WARN, Status.UNKNOWN)
    return Finding.model_validate(
        {
            "id": id_,
            "title": f"Title of {id_}",
            "check": "endpoint",
            "status": status,
            "severity": Severity.REQUIRED,
            "subject": about,
            "message": message,
            "remedy": REMEDY if needs_action else None,
            "source": SOURCE,
            **fields,
        }
    )


def cell(probe: str, node: str, reason: Reason | None = None, message: str = "", **fields: Any) -> Cell:
    """Answered, unless there is a reason why not."""
    outcome = Outcome.UNANSWERED if reason else Outcome.ANSWERED
    target = Target(kind=TargetKind.NODE, name=node)
    return Cell.model_validate(
        {"probe": probe, "target": target, "outcome": outcome, "reason": reason, "message": message, **fields}
    )


def run_info(**fields: Any) -> RunInfo:
    given = {
        "id": "k3x9",
        "shape": "jobs",
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(seconds=32),
    }
    return RunInfo.model_validate({**given, **fields})


def report(*findings: Finding, ledger: tuple[Cell, ...] = (), **fields: Any) -> Report:
    counts = {status.value: sum(f.status is status for f in findings) for status in Status}
    answered = sum(c.outcome is Outcome.ANSWERED for c in ledger)
    expected = sum(c.outcome is not Outcome.NOT_APPLICABLE for c in ledger)
    given = {
        "tool": Tool(version="1.0.0"),
        "profile": PROFILE,
        "cluster": CLUSTER,
        "distribution": "eks",
        "run": run_info(),
        "summary": Summary.model_validate(counts),
        "coverage": Coverage(expected=expected, answered=answered),
        "findings": findings,
        "ledger": ledger,
        "cleanup": Cleanup(created=9, confirmed_gone=9),
    }
    return Report.model_validate({**given, **fields})


def node(name: str, labels: dict[str, str] | None = None, **info: str) -> Node:
    """A ready GPU node as a list of nodes holds it; `info` is of its nodeInfo."""
    node_info = {
        "osImage": "Ubuntu 20.04.6 LTS",
        "kernelVersion": "5.15.0-1051-aws",
        "containerRuntimeVersion": "containerd://1.6.20",
        "kubeletVersion": "v1.23.17-eks-a5565ad",
        "architecture": "amd64",
        "operatingSystem": "linux",
        **info,
    }
    raw = {
        "metadata": {"name": name, "uid": f"uid-{name}", "labels": labels or {}},
        "spec": {"providerID": f"aws:///us-east-1a/i-{name}"},
        "status": {
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "ready"}],
            "addresses": [{"type": "InternalIP", "address": "10.0.1.12"}],
            "nodeInfo": node_info,
            "capacity": {"cpu": "96", "memory": "1176Gi", "nvidia.com/gpu": "8"},
            "allocatable": {"cpu": "95", "memory": "1170Gi", "nvidia.com/gpu": "8"},
        },
    }
    return Node.model_validate(raw)


def observation(probe: str, name: str, data: dict[str, Any], **fields: Any) -> Observation:
    target = Target(kind=TargetKind.NODE, name=name)
    given = {"probe": probe, "target": target, "source": "log", "data": data}
    return Observation.model_validate({**given, **fields})


def evidence(*nodes: Node, **fields: Any) -> Evidence:
    inventory = Inventory(
        server_version="v1.23.17-eks-a5565ad",
        api_groups=("apps/v1", "nvidia.com/v1"),
        namespaces=("default", "kube-system"),
        nodes=nodes,
        unread=(Unread(resource=Resource.CLUSTER_VERSIONS, verb="list", message="forbidden"),),
    )
    given = {
        "tool": Tool(version="1.0.0"),
        "run": run_info(),
        "cluster": CLUSTER,
        "inventory": inventory,
        "cleanup": Cleanup(created=9, confirmed_gone=9),
    }
    return Evidence.model_validate({**given, **fields})
