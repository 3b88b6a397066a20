"""Whether the software of GPU nodes runs on them: DaemonSets, but for those that are switched off."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import Field

from orchestrator.checks.nvidia.gpu_signs import gpu_nodes
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, skipped
from orchestrator.checks.workloads import Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.fields import FieldPath
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Verdict

_DAEMONSETS = "daemonsets"
_POLICIES = "clusterpolicies"


class Daemon(Model):
    """A program that runs as one or more DaemonSets, whose names and images are like one of these.

    It is `switch`ed off where this field of every ClusterPolicy is false. It runs on GPU nodes, if it is not
    for `anyNode`; `sometimes` says that there may be GPU nodes which do not want it.
    """

    title: str = Field(min_length=1)
    names: tuple[str, ...] = ("*",)
    images: tuple[str, ...] = ("*",)
    switch: FieldPath | None = None
    any_node: bool = False
    sometimes: bool = False

    def meant(self, workload: Workload) -> bool:
        named = any(fnmatchcase(workload.meta.name, glob) for glob in self.names)
        return named and workload.runs_image(self.images)


class Expect(Model):
    """All pods of each of them are ready."""

    daemons: tuple[Daemon, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return ", ".join(daemon.title for daemon in self.daemons)


class GpuDaemonSets(Requirement):
    check: Literal["gpu-daemonsets"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        switched = any(daemon.switch for daemon in self.expect.daemons)
        return (Resource.NODES, _DAEMONSETS, *((_POLICIES,) if switched else ()))

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        daemonsets = [w for w in workloads(inventory_of(evidence)) if w.kind == "DaemonSet"]
        found = [(daemon, [w for w in daemonsets if daemon.meant(w)]) for daemon in self.expect.daemons]
        if not any(sets for _, sets in found):
            yield failed(CLUSTER, f"none of them runs: {self.expect}", observed=[], expected=str(self.expect))
            return
        for daemon, sets in found:
            running = [each for each in sets if each.desired]
            yield from map(_health, running) if running else [_absence(daemon, sets, evidence)]


def _health(workload: Workload) -> Verdict:
    ready, desired = workload.ready, workload.desired
    speak = passed if ready >= desired else failed
    message = f"{ready} of {desired} pods are ready"
    return speak(workload.subject, message, observed=str(workload), expected="all pods ready")


def _absence(daemon: Daemon, sets: list[Workload], evidence: Evidence) -> Verdict:
    """Why nothing of it runs, and whether that is as it should be."""
    subject, title = sets[0].subject if sets else CLUSTER, daemon.title
    gpus = len(gpu_nodes(evidence))
    if _switched_off(daemon, inventory_of(evidence).objects.get(_POLICIES, ())):
        return skipped(subject, f"{title} is switched off: {daemon.switch} is false")
    if not daemon.any_node and not gpus:
        return skipped(subject, f"no node shows a GPU, so {title} has nothing to run on")
    if sets and daemon.sometimes:
        return skipped(subject, f"no node wants {title}")
    seen = {"observed": [str(workload) for workload in sets], "expected": "all pods ready"}
    if not sets:
        return failed(subject, f"there is no DaemonSet of {title}", **seen)
    return failed(subject, f"no node wants {title}, although there are GPU nodes ({gpus})", **seen)


def _switched_off(daemon: Daemon, policies: tuple[dict[str, Any], ...]) -> bool:
    switch = daemon.switch
    return bool(switch and policies) and all(switch.of(policy) is False for policy in policies if switch)
