"""The Prometheus servers of a cluster: what runs them, who made them, and how they are reached."""

import re
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import AliasPath, Field

from orchestrator.checks.network.services import Service, services
from orchestrator.checks.workloads import Workload, workloads
from orchestrator.inventory.model import Inventory
from orchestrator.objects import Conditions, Object, OrNull, Text
from orchestrator.version import Version

IMAGES = ("*/prometheus",)
_SERVERS = ("Deployment", "StatefulSet")  # a DaemonSet is a collector, such as that of Google's own service
_AGENT = frozenset({"--agent", "--enable-feature=agent"})
_PORTS = ("web", "http-web", "http", 9090)
_PREFIX = "--web.route-prefix="
_EXTERNAL = "--web.external-url="


class Custom(Object):
    """A Prometheus object, from which the Prometheus Operator makes a server."""

    version: Text = Field("", validation_alias=AliasPath("spec", "version"))
    paused: Annotated[bool, OrNull(bool)] = Field(False, validation_alias=AliasPath("spec", "paused"))
    conditions: Conditions = ()

    @property
    def name(self) -> str:
        return f"{self.meta.namespace}/{self.meta.name}"

    def runs(self, workload: Workload) -> bool:
        """Whether this StatefulSet is the one, or a shard of the one, that the operator makes of it."""
        beside = workload.kind == "StatefulSet" and workload.meta.namespace == self.meta.namespace
        made = rf"prometheus-{re.escape(self.meta.name)}(-shard-\d+)?"
        return beside and re.fullmatch(made, workload.meta.name) is not None


class Server(NamedTuple):
    """A workload that runs Prometheus; `custom` is the object that the operator made it of."""

    workload: Workload
    custom: Custom | None

    @property
    def version(self) -> Version | None:
        found = self.workload.version_of(IMAGES)
        try:
            return found or Version.parse(self.custom.version if self.custom else "")
        except ValueError:
            return None

    @property
    def chart(self) -> Version | None:
        """The version of the kube-prometheus-stack that its object came with."""
        labels = self.custom.meta.labels if self.custom else {}
        told = labels.get("chart") or labels.get("helm.sh/chart") or ""
        try:
            return Version.parse(told.removeprefix("kube-prometheus-stack-"))
        except ValueError:
            return None

    @property
    def maker(self) -> str:
        """How it was installed, in words."""
        made = self.custom
        return f"by the Prometheus Operator from Prometheus {made.name}" if made else "directly"

    @property
    def prefix(self) -> str:
        """The path below which it serves its API, `/prometheus` say."""
        args = self.workload.arguments(["*"])
        route = next((arg.removeprefix(_PREFIX) for arg in args if arg.startswith(_PREFIX)), None)
        outside = next((arg.removeprefix(_EXTERNAL) for arg in args if arg.startswith(_EXTERNAL)), "")
        return (urlsplit(outside).path if route is None else route).rstrip("/")


def customs(inventory: Inventory) -> tuple[Custom, ...]:
    """Every Prometheus object."""
    return inventory.every("prometheuses", Custom)


def servers(inventory: Inventory) -> list[Server]:
    """Every Prometheus that runs or should, the operator's (by its object) before others (by their image)."""
    made = customs(inventory)
    found = []
    for workload in workloads(inventory):
        custom = next((each for each in made if each.runs(workload)), None)
        if custom or _is_server(workload):
            found.append(Server(workload, custom))
    return sorted(found, key=lambda server: server.custom is None)


def _is_server(workload: Workload) -> bool:
    """Whether this runs a server without the operator; in agent mode a Prometheus only sends on."""
    runs = workload.kind in _SERVERS and workload.desired and workload.runs_image(IMAGES)
    return bool(runs) and _AGENT.isdisjoint(workload.arguments(IMAGES))


def service_of(server: Server, inventory: Inventory) -> tuple[Service, int] | None:
    """The Service that leads to this server, the most particular one first, and the port of the API."""
    leading = [service for service in services(inventory) if service.leads_to(server.workload)]
    ways = [(service, port) for service in leading if (port := _web(service))]
    return max(ways, key=lambda way: len(way[0].selector), default=None)


def _web(service: Service) -> int | None:
    """The port of Prometheus' own API."""
    return next((p.port for p in service.ports if {p.name, p.target, p.port} & set(_PORTS)), None)
