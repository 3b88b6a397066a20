"""The checks: one file each, with what a row of a profile may expect and the pure function that judges it."""

from typing import Annotated

from pydantic import Field

from orchestrator.checks.api_service import ServedApi
from orchestrator.checks.arguments import Arguments
from orchestrator.checks.components import Components
from orchestrator.checks.custom_resource import CustomResource
from orchestrator.checks.ingress.certificate_dates import CertificateDates
from orchestrator.checks.ingress.certificate_names import CertificateNames
from orchestrator.checks.ingress.ingress_controller import IngressController
from orchestrator.checks.monitoring.metric_rules import MetricRules
from orchestrator.checks.monitoring.prometheus import PrometheusServer
from orchestrator.checks.monitoring.scraped import Scraped
from orchestrator.checks.network.address_reached import AddressReached
from orchestrator.checks.network.cluster_address import ClusterAddress
from orchestrator.checks.network.cluster_dns import ClusterDns
from orchestrator.checks.network.domain_name import DomainName
from orchestrator.checks.network.endpoint import Endpoint
from orchestrator.checks.network.host_name import HostName
from orchestrator.checks.network.resolver import Resolver
from orchestrator.checks.nodes.cgroup_driver import CgroupDriver
from orchestrator.checks.nodes.clock_skew import ClockSkew
from orchestrator.checks.nodes.container_runtime import ContainerRuntime
from orchestrator.checks.nodes.control_plane import ControlPlane
from orchestrator.checks.nodes.node_os import NodeOs
from orchestrator.checks.nodes.nodes_ready import NodesReady
from orchestrator.checks.nodes.system_nodes import SystemNodes
from orchestrator.checks.nodes.worker_nodes import WorkerNodes
from orchestrator.checks.nvidia.default_runtime import DefaultRuntime
from orchestrator.checks.nvidia.device_plugins import DevicePlugins
from orchestrator.checks.nvidia.driver_agreement import DriverAgreement
from orchestrator.checks.nvidia.gpu_count import GpuCount
from orchestrator.checks.nvidia.gpu_daemonsets import GpuDaemonSets
from orchestrator.checks.nvidia.gpu_driver import GpuDriver
from orchestrator.checks.nvidia.gpu_labels import GpuLabels
from orchestrator.checks.nvidia.gpu_nodes import GpuNodes
from orchestrator.checks.nvidia.preinstalled_driver import PreinstalledDriver
from orchestrator.checks.objects import Objects
from orchestrator.checks.platform.distribution import DistributionKnown
from orchestrator.checks.platform.platform_version import PlatformVersion
from orchestrator.checks.security.admission_policies import AdmissionPolicies
from orchestrator.checks.security.admission_webhooks import AdmissionWebhooks
from orchestrator.checks.security.pod_security import PodSecurity
from orchestrator.checks.security.pod_security_policies import PodSecurityPolicies
from orchestrator.checks.security.security_context_constraints import RootOnOpenShift
from orchestrator.checks.storage.default_storage_class import DefaultStorageClass
from orchestrator.checks.storage.lasting_storage import LastingStorage
from orchestrator.checks.storage.shared_storage import SharedStorage
from orchestrator.checks.workload import RunningWorkload

AnyRequirement = Annotated[
    AddressReached
    | AdmissionPolicies
    | AdmissionWebhooks
    | Arguments
    | CertificateDates
    | CertificateNames
    | CgroupDriver
    | ClockSkew
    | ClusterAddress
    | ClusterDns
    | Components
    | ContainerRuntime
    | ControlPlane
    | CustomResource
    | DefaultRuntime
    | DefaultStorageClass
    | DevicePlugins
    | DistributionKnown
    | DomainName
    | DriverAgreement
    | Endpoint
    | GpuCount
    | GpuDaemonSets
    | GpuDriver
    | GpuLabels
    | GpuNodes
    | HostName
    | IngressController
    | LastingStorage
    | MetricRules
    | NodeOs
    | NodesReady
    | Objects
    | PlatformVersion
    | PodSecurity
    | PodSecurityPolicies
    | PreinstalledDriver
    | PrometheusServer
    | Resolver
    | RootOnOpenShift
    | RunningWorkload
    | Scraped
    | ServedApi
    | SharedStorage
    | SystemNodes
    | WorkerNodes,
    Field(discriminator="check"),
]
"""A row of any check; `check` says which."""
