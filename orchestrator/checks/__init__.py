"""The checks: one file each, with what a row of a profile may expect and the pure function that judges it."""

from typing import Annotated

from pydantic import Field

from orchestrator.checks.address_reached import AddressReached
from orchestrator.checks.admission_policies import AdmissionPolicies
from orchestrator.checks.admission_webhooks import AdmissionWebhooks
from orchestrator.checks.api_service import ServedApi
from orchestrator.checks.arguments import Arguments
from orchestrator.checks.certificate_dates import CertificateDates
from orchestrator.checks.certificate_names import CertificateNames
from orchestrator.checks.cgroup_driver import CgroupDriver
from orchestrator.checks.clock_skew import ClockSkew
from orchestrator.checks.cluster_address import ClusterAddress
from orchestrator.checks.cluster_dns import ClusterDns
from orchestrator.checks.components import Components
from orchestrator.checks.container_runtime import ContainerRuntime
from orchestrator.checks.control_plane import ControlPlane
from orchestrator.checks.custom_resource import CustomResource
from orchestrator.checks.default_runtime import DefaultRuntime
from orchestrator.checks.default_storage_class import DefaultStorageClass
from orchestrator.checks.device_plugins import DevicePlugins
from orchestrator.checks.distribution import DistributionKnown
from orchestrator.checks.domain_name import DomainName
from orchestrator.checks.driver_agreement import DriverAgreement
from orchestrator.checks.endpoint import Endpoint
from orchestrator.checks.gpu_count import GpuCount
from orchestrator.checks.gpu_daemonsets import GpuDaemonSets
from orchestrator.checks.gpu_driver import GpuDriver
from orchestrator.checks.gpu_labels import GpuLabels
from orchestrator.checks.gpu_nodes import GpuNodes
from orchestrator.checks.host_name import HostName
from orchestrator.checks.ingress import IngressController
from orchestrator.checks.lasting_storage import LastingStorage
from orchestrator.checks.metric_rules import MetricRules
from orchestrator.checks.node_os import NodeOs
from orchestrator.checks.nodes_ready import NodesReady
from orchestrator.checks.objects import Objects
from orchestrator.checks.platform_version import PlatformVersion
from orchestrator.checks.pod_security import PodSecurity
from orchestrator.checks.pod_security_policies import PodSecurityPolicies
from orchestrator.checks.preinstalled_driver import PreinstalledDriver
from orchestrator.checks.prometheus import PrometheusServer
from orchestrator.checks.resolver import Resolver
from orchestrator.checks.scraped import Scraped
from orchestrator.checks.security_context_constraints import RootOnOpenShift
from orchestrator.checks.shared_storage import SharedStorage
from orchestrator.checks.system_nodes import SystemNodes
from orchestrator.checks.worker_nodes import WorkerNodes
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
