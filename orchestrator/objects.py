"""The few fields that we read of Kubernetes objects, by REST and in evidence alike.

An absent or null field has its default, anything unknown is dropped, a field of a wrong type is an error.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_serializer
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

_CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_GPUS = ("nvidia.com/gpu", "nvidia.com/mig-")
_REPELLING = ("NoSchedule", "NoExecute")


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
Count = Annotated[int, OrNull(int)]
Flag = Annotated[bool, OrNull(bool)]
Texts = Annotated[dict[str, str], OrNull(dict)]


class Model(BaseModel):
    """Frozen, tolerant, camelCase outside; built in code by the fields' own names."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, validate_by_name=True)


class Owner(Model):
    uid: Text = ""


class Meta(Model):
    name: Text = ""
    namespace: Text = ""
    uid: Text = ""
    resource_version: Text = ""
    labels: Texts = {}
    annotations: Texts = {}
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    owner_references: Annotated[tuple[Owner, ...], OrNull(tuple)] = ()

    @property
    def owner_uids(self) -> tuple[str, ...]:
        return tuple(owner.uid for owner in self.owner_references)


class Object(Model):
    """An object of any kind; lists leave out `api_version` and `kind` of their objects."""

    api_version: Text = ""
    kind: Text = ""
    meta: Annotated[Meta, OrNull(Meta), Field(validation_alias="metadata")] = Meta()


class Condition(Model):
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


class Taint(Model):
    key: Text = ""
    value: Text = ""
    effect: Text = ""


class Address(Model):
    type: Text = ""
    address: Text = ""


class NodeInfo(Model):
    os_image: Text = ""
    kernel_version: Text = ""
    container_runtime_version: Text = ""
    kubelet_version: Text = ""
    architecture: Text = ""
    operating_system: Text = ""


class Node(Object):
    """A node without its images and managed fields; `capacity` and `allocatable` are quantities as written.

    It is written in Kubernetes' own shape, so that evidence reads (and is read) like the API's answers; of
    annotations only the keys, since anybody may have put anything into their values.
    """

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
    def control_plane(self) -> bool:
        return any(label in self.meta.labels for label in _CONTROL_PLANE)

    @property
    def repels_workloads(self) -> bool:
        """Whether an ordinary pod, without tolerations, would not be scheduled here."""
        return self.unschedulable or any(taint.effect in _REPELLING for taint in self.taints)

    @property
    def gpu_count(self) -> int:
        """The GPUs that the kubelet offers, whole ones or MIG slices."""
        offered = (v for k, v in self.capacity.items() if k.startswith(_GPUS) and v.isdecimal())
        return sum(map(int, offered))

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


class Waiting(Model):
    reason: Text = ""
    message: Text = ""


class Running(Model):
    started_at: datetime | None = None


class Terminated(Model):
    """How a container ended; `message` is its termination log."""

    exit_code: Count = 0
    signal: Count = 0
    reason: Text = ""
    message: Text = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerState(Model):
    """At most one of the three is set."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Model):
    name: Text = ""
    image: Text = ""
    ready: Flag = False
    restart_count: Count = 0
    state: Annotated[ContainerState, OrNull(ContainerState)] = ContainerState()
    last_state: Annotated[ContainerState, OrNull(ContainerState)] = ContainerState()


ContainerStatuses = Annotated[tuple[ContainerStatus, ...], OrNull(tuple)]


class Pod(Object):
    """A pod's status, and the node that it is bound to."""

    node_name: Text = Field("", validation_alias=AliasPath("spec", "nodeName"))
    phase: Text = Field("", validation_alias=AliasPath("status", "phase"))
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
    """A Job's status; the three counts are of its pods."""

    conditions: Conditions = ()
    active: Count = Field(0, validation_alias=AliasPath("status", "active"))
    succeeded: Count = Field(0, validation_alias=AliasPath("status", "succeeded"))
    failed: Count = Field(0, validation_alias=AliasPath("status", "failed"))
    start_time: datetime | None = Field(None, validation_alias=AliasPath("status", "startTime"))
    completion_time: datetime | None = Field(None, validation_alias=AliasPath("status", "completionTime"))


class ServerVersion(Model):
    """The answer of `/version`."""

    major: Text = ""
    minor: Text = ""
    git_version: Text = ""
    platform: Text = ""
