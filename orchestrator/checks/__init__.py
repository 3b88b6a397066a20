"""The checks: one file each, with what a row of a profile may expect and the pure function that judges it."""

from typing import Annotated

from pydantic import Field

from orchestrator.checks.cluster_dns import ClusterDns
from orchestrator.checks.container_runtime import ContainerRuntime
from orchestrator.checks.control_plane import ControlPlane
from orchestrator.checks.distribution import DistributionKnown
from orchestrator.checks.endpoint import Endpoint
from orchestrator.checks.gpu_nodes import GpuNodes
from orchestrator.checks.node_os import NodeOs
from orchestrator.checks.nodes_ready import NodesReady
from orchestrator.checks.objects import Objects
from orchestrator.checks.platform_version import PlatformVersion
from orchestrator.checks.resolver import Resolver
from orchestrator.checks.system_nodes import SystemNodes
from orchestrator.checks.worker_nodes import WorkerNodes
from orchestrator.checks.workload import RunningWorkload

AnyRequirement = Annotated[
    ClusterDns
    | ContainerRuntime
    | ControlPlane
    | DistributionKnown
    | Endpoint
    | GpuNodes
    | NodeOs
    | NodesReady
    | Objects
    | PlatformVersion
    | Resolver
    | RunningWorkload
    | SystemNodes
    | WorkerNodes,
    Field(discriminator="check"),
]
"""A row of any check; `check` says which."""
