"""The Services of a cluster: which pods they lead to, and which addresses lead to them from outside."""

from typing import Annotated

from pydantic import AliasPath, Field

from orchestrator.checks.verdicts import subject_of
from orchestrator.checks.workloads import Workload
from orchestrator.inventory.model import Inventory
from orchestrator.objects import ApiModel, Count, Object, OrNull, Text, Texts
from orchestrator.requirement import Subject

SERVICES = "services"


class Entry(ApiModel):
    """One entry of a load balancer: an IP address or a host name."""

    ip: Text = ""
    hostname: Text = ""


class Port(ApiModel):
    """A port of a Service, and that of its pods by number or name."""

    name: Text = ""
    port: Count = 0
    target: Annotated[int | str, OrNull(str)] = Field("", validation_alias="targetPort")


class Service(Object):
    """A Service: its type, pods' labels and ports, and what its load balancer and its owner gave it."""

    type: Text = Field("", validation_alias=AliasPath("spec", "type"))
    selector: Texts = Field({}, validation_alias=AliasPath("spec", "selector"))
    ports: Annotated[tuple[Port, ...], OrNull(tuple)] = Field((), validation_alias=AliasPath("spec", "ports"))
    external_ips: Annotated[tuple[str, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "externalIPs")
    )
    entries: Annotated[tuple[Entry, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("status", "loadBalancer", "ingress")
    )

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def subject(self) -> Subject:
        return subject_of(self)

    @property
    def balanced(self) -> bool:
        """Whether a load balancer leads to it, or is to."""
        return self.type == "LoadBalancer"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses and host names of its load balancer."""
        return tuple(entry.ip or entry.hostname for entry in self.entries if entry.ip or entry.hostname)

    def leads_to(self, workload: Workload) -> bool:
        same_namespace = workload.meta.namespace == self.meta.namespace
        return same_namespace and bool(self.selector) and self.selector.items() <= workload.pod_labels.items()


def services(inventory: Inventory) -> tuple[Service, ...]:
    """Every Service, by namespace and name."""
    return inventory.every(SERVICES, Service)
