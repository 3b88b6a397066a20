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
from orchestrator.checks.network.node_mesh import NodeMesh
from orchestrator.checks.network.path_mtu import PathMtu
from orchestrator.checks.network.peer_clocks import PeerClocks
from orchestrator.checks.network.resolver import Resolver
from orchestrator.checks.network.service_path import ServicePath
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
from orchestrator.checks.nvidia.gpu_bandwidth import GpuBandwidth
from orchestrator.checks.nvidia.gpu_cgroups import GpuCgroups
from orchestrator.checks.nvidia.gpu_computes import GpuComputes
from orchestrator.checks.nvidia.gpu_count import GpuCount
from orchestrator.checks.nvidia.gpu_count_agreement import GpuCountAgreement
from orchestrator.checks.nvidia.gpu_daemonsets import GpuDaemonSets
from orchestrator.checks.nvidia.gpu_driver import GpuDriver
from orchestrator.checks.nvidia.gpu_driver_state import GpuDriverState
from orchestrator.checks.nvidia.gpu_fraction_limits import GpuFractionLimits
from orchestrator.checks.nvidia.gpu_fractions import GpuFractions
from orchestrator.checks.nvidia.gpu_labels import GpuLabels
from orchestrator.checks.nvidia.gpu_memory_health import GpuMemoryHealth
from orchestrator.checks.nvidia.gpu_modes import GpuModes
from orchestrator.checks.nvidia.gpu_nodes import GpuNodes
from orchestrator.checks.nvidia.gpu_nvlink import GpuNvlink
from orchestrator.checks.nvidia.gpu_pcie_link import GpuPcieLink
from orchestrator.checks.nvidia.gpu_shares import GpuShares
from orchestrator.checks.nvidia.gpu_slowdown import GpuSlowdown
from orchestrator.checks.nvidia.gpu_undivided import GpuUndivided
from orchestrator.checks.nvidia.gpu_xids import GpuXids
from orchestrator.checks.nvidia.preinstalled_driver import PreinstalledDriver
from orchestrator.checks.objects import Objects
from orchestrator.checks.platform.distribution import DistributionKnown
from orchestrator.checks.platform.platform_version import PlatformVersion
from orchestrator.checks.registry.image_available import ImageAvailable
from orchestrator.checks.registry.image_pulled import ImagePulled
from orchestrator.checks.registry.rate_limit import RegistryLimit
from orchestrator.checks.security.admission_policies import AdmissionPolicies
from orchestrator.checks.security.admission_webhooks import AdmissionWebhooks
from orchestrator.checks.security.pod_security import PodSecurity
from orchestrator.checks.security.pod_security_policies import PodSecurityPolicies
from orchestrator.checks.security.security_context_constraints import RootOnOpenShift
from orchestrator.checks.storage.default_storage_class import DefaultStorageClass
from orchestrator.checks.storage.lasting_storage import LastingStorage
from orchestrator.checks.storage.shared_by_nodes import SharedByNodes
from orchestrator.checks.storage.shared_storage import SharedStorage
from orchestrator.checks.storage.volume_clock import VolumeClock
from orchestrator.checks.storage.volume_consistency import VolumeConsistency
from orchestrator.checks.storage.volume_locks import VolumeLocks
from orchestrator.checks.storage.volume_mounts import VolumeMounts
from orchestrator.checks.storage.volume_owner import VolumeOwner
from orchestrator.checks.storage.volume_speed import VolumeSpeed
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
    | GpuBandwidth
    | GpuCgroups
    | GpuComputes
    | GpuCount
    | GpuCountAgreement
    | GpuDaemonSets
    | GpuDriver
    | GpuDriverState
    | GpuFractionLimits
    | GpuFractions
    | GpuLabels
    | GpuMemoryHealth
    | GpuModes
    | GpuNodes
    | GpuNvlink
    | GpuPcieLink
    | GpuShares
    | GpuSlowdown
    | GpuUndivided
    | GpuXids
    | HostName
    | ImageAvailable
    | ImagePulled
    | IngressController
    | LastingStorage
    | MetricRules
    | NodeMesh
    | NodeOs
    | NodesReady
    | Objects
    | PathMtu
    | PeerClocks
    | PlatformVersion
    | PodSecurity
    | PodSecurityPolicies
    | PreinstalledDriver
    | PrometheusServer
    | RegistryLimit
    | Resolver
    | RootOnOpenShift
    | RunningWorkload
    | Scraped
    | ServedApi
    | ServicePath
    | SharedByNodes
    | SharedStorage
    | SystemNodes
    | VolumeClock
    | VolumeConsistency
    | VolumeLocks
    | VolumeMounts
    | VolumeOwner
    | VolumeSpeed
    | WorkerNodes,
    Field(discriminator="check"),
]
"""A row of any check; `check` says which."""
