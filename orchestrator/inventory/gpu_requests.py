"""Which pods have asked for GPUs, node by node: what nobody asked for is free."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any

from pydantic import AliasPath, Field

from orchestrator.checks.nvidia.gpu_signs import has_gpu
from orchestrator.inventory.model import Inventory
from orchestrator.kube.api import Api
from orchestrator.objects import ApiModel, Node, Object, OrNull, Texts, gpus

NAME = "gpu-requests"
_AT_ONCE = 16
_FRACTIONS = ("gpu-fraction", "gpu-memory")  # annotations by which a part of a GPU is asked for
_FRACTION_OF = "nvidia.com/container."  # ... and from Run:ai 3.0 on: such a name of a container's GPU memory
Json = dict[str, Any]


class _Container(ApiModel):
    limits: Texts = Field({}, validation_alias=AliasPath("resources", "limits"))


_Containers = Annotated[tuple[_Container, ...], OrNull(tuple)]


class _Pod(Object):
    """What a pod asks for; extended resources stand in the limits of its containers."""

    containers: _Containers = Field((), validation_alias=AliasPath("spec", "containers"))
    init_containers: _Containers = Field((), validation_alias=AliasPath("spec", "initContainers"))

    @property
    def gpus(self) -> dict[str, int]:
        """By resource: containers add up, init containers run before them."""
        asked: dict[str, int] = {}
        for container in self.containers:
            for name, count in gpus(container.limits).items():
                asked[name] = asked.get(name, 0) + count
        for container in self.init_containers:
            for name, count in gpus(container.limits).items():
                asked[name] = max(asked.get(name, 0), count)
        return asked

    @property
    def fraction(self) -> bool:
        """Whether it asks for a part of a GPU, which stands in its annotations."""
        names = self.meta.annotations
        return any(name in names for name in _FRACTIONS) or any(n.startswith(_FRACTION_OF) for n in names)


def read_gpu_requests(api: Api, inventory: Inventory) -> tuple[Json, ...]:
    """The pods on GPU nodes that ask for GPUs or parts of one and have not ended; ApiError if refused."""
    nodes = [node for node in inventory.nodes if has_gpu(node)]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="gpu-requests") as pool:
        return tuple(pod for found in pool.map(partial(_on, api), nodes) for pod in found)


def _on(api: Api, node: Node) -> list[Json]:
    fields = f"spec.nodeName={node.name},status.phase!=Succeeded,status.phase!=Failed"
    return list(_asking(node, api.list("/api/v1/pods", _Pod, fields=fields, cached=True).items))


def _asking(node: Node, pods: list[_Pod]) -> Iterator[Json]:
    for pod in pods:
        found = {"node": node.name, "namespace": pod.meta.namespace, "name": pod.meta.name, "gpus": pod.gpus}
        if pod.fraction:
            yield {**found, "fraction": True}
        elif pod.gpus:
            yield found
