"""The few fields that we read of Kubernetes objects, by REST and in evidence alike.

An absent or null field has its default, anything unknown is dropped, a field of a wrong type is an error.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_serializer
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

_CONTROL_PLANE = tuple(
    f"node-role.kubernetes.io/{role}" for role in ("control-plane", "master", "controlplane")
)  # today's, that until Kubernetes 1.23, and RKE1's
GPU_RESOURCES = ("nvidia.com/gpu", "nvidia.com/mig-")  # whole ones and slices: their names start so
_REPELLING = ("NoSchedule", "NoExecute")
_VIRTUAL = {"eks.amazonaws.com/compute-type": "fargate", "type": "virtual-kubelet"}


class OrNull:
    """Takes a null as well, and makes it what `default` makes."""

    def __init__(self, default: Callable[[], Any]) -> None:
        self._default = default

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda value: self._default() if value is None else value,
            core_schema.nullable_schema(handler(source)),
        )


Text = Annotated[str, OrNull(str)]
Count = Annotated[int, Field(strict=True), OrNull(int)]
Flag = Annotated[bool, Field(strict=True), OrNull(bool)]
Texts = Annotated[dict[str, str], OrNull(dict)]


class ApiModel(BaseModel):
    """Frozen, tolerant, camelCase outside; built in code by the fields' own names."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, validate_by_name=True, defer_build=True
    )


class Mapping(ApiModel):
    """Any mapping, of which nothing is kept: what else stands there would be taken for an empty one."""


class Meta(ApiModel):
    name: Text = ""
    namespace: Text = ""
    uid: Text = ""
    resource_version: Text = ""
    labels: Texts = {}
    annotations: Texts = {}
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None


class Object(ApiModel):
    """An object of any kind; lists leave out the `kind` of their objects."""

    kind: Text = ""
    meta: Annotated[Meta, OrNull(Meta), Field(validation_alias="metadata")] = Meta()


class Condition(ApiModel):
    """One condition of a node, pod or Job; `status` is True, False or Unknown."""

    type: Text = ""
    status: Text = ""
    reason: Text = ""
    message: Text = ""


Conditions = Annotated[
    tuple[Condition, ...], OrNull(tuple), Field(validation_alias=AliasPath("status", "conditions"))
]


class PodCondition(Condition):
    last_transition_time: datetime | None = None


class Taint(ApiModel):
    key: Text = ""
    value: Text = ""
    effect: Text = ""


class Address(ApiModel):
    type: Text = ""
    address: Text = ""


class NodeInfo(ApiModel):
    os_image: Text = ""
    kernel_version: Text = ""
    container_runtime_version: Text = ""
    kubelet_version: Text = ""
    architecture: Text = ""
    operating_system: Text = ""


def gpus(resources: dict[str, str], names: tuple[str, ...] = GPU_RESOURCES) -> dict[str, int]:
    """How many there are of each resource whose name starts with one of `names`, in their order."""
    offered = sorted((k, v) for k, v in resources.items() if k.startswith(names))
    return {name: int(count) for name, count in offered if count.isdecimal()}


class Node(Object):
    """A node without its images and managed fields; `capacity` and `allocatable` are quantities as written.

    It is written in Kubernetes' own shape, so that evidence reads (and is read) like the API's answers; of
    annotations only the keys, since anybody may have put anything into their values.
    """

    spec: Annotated[Mapping, OrNull(Mapping)] = Mapping()
    status: Annotated[Mapping, OrNull(Mapping)] = Mapping()
    provider_id: Text = Field("", validation_alias=AliasPath("spec", "providerID"))
    unschedulable: Flag = Field(False, validation_alias=AliasPath("spec", "unschedulable"))
    taints: Annotated[tuple[Taint, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "taints")
    )
    conditions: Conditions = ()
    addresses: Annotated[tuple[Address, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("status", "addresses")
    )
    node_info: Annotated[NodeInfo, OrNull(NodeInfo)] = Field(
        NodeInfo(), validation_alias=AliasPath("status", "nodeInfo")
    )
    capacity: Texts = Field({}, validation_alias=AliasPath("status", "capacity"))
    allocatable: Texts = Field({}, validation_alias=AliasPath("status", "allocatable"))

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
    def virtual(self) -> bool:
        """Whether this is no machine but a service's front: its pods are made for it, and none is pinned."""
        return any(self.labels.get(key) == value for key, value in _VIRTUAL.items())

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
        return sum(gpus(self.capacity).values())

    @model_serializer
    def _as_kubernetes_does(self) -> dict[str, Any]:
        meta, info = self.meta, self.node_info
        return {
            "metadata": {
                "name": meta.name,
                "uid": meta.uid,
                "labels": meta.labels,
                "annotations": dict.fromkeys(meta.annotations, ""),
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


class Waiting(ApiModel):
    reason: Text = ""
    message: Text = ""


class Running(ApiModel):
    """That it runs is all that it tells."""


class Terminated(ApiModel):
    """How a container ended; `message` is its termination log."""

    exit_code: Count = 0
    reason: Text = ""
    message: Text = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerState(ApiModel):
    """At most one of the three is set."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(ApiModel):
    """`image_id` is empty until the image is there."""

    name: Text = ""
    ready: Flag = False
    image_id: Text = Field("", validation_alias="imageID")
    state: Annotated[ContainerState, OrNull(ContainerState)] = ContainerState()


ContainerStatuses = Annotated[tuple[ContainerStatus, ...], OrNull(tuple)]


class Container(ApiModel):
    name: Text = ""
    image: Text = ""


class Pod(Object):
    """A pod's containers and status, its IP address, and the node that it is bound to."""

    containers: Annotated[tuple[Container, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "containers")
    )
    node_name: Text = Field("", validation_alias=AliasPath("spec", "nodeName"))
    phase: Text = Field("", validation_alias=AliasPath("status", "phase"))
    address: Text = Field("", validation_alias=AliasPath("status", "podIP"))
    reason: Text = Field("", validation_alias=AliasPath("status", "reason"))
    message: Text = Field("", validation_alias=AliasPath("status", "message"))
    conditions: Annotated[tuple[PodCondition, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("status", "conditions")
    )
    container_statuses: ContainerStatuses = Field(
        (), validation_alias=AliasPath("status", "containerStatuses")
    )
    init_container_statuses: ContainerStatuses = Field(
        (), validation_alias=AliasPath("status", "initContainerStatuses")
    )


class Job(Object):
    """Whether a Job has ended, and how."""

    conditions: Conditions = ()


class ServerVersion(ApiModel):
    """The answer of `/version`."""

    git_version: Text = ""
