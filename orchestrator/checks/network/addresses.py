"""The address at which users reach the cluster: a node's, or the ingress controller's load balancer's."""

from collections.abc import Iterable
from typing import NamedTuple

from orchestrator.checks.ingress.controllers import controllers
from orchestrator.checks.network.services import SERVICES, Service, services
from orchestrator.checks.verdicts import CLUSTER
from orchestrator.checks.workloads import RESOURCES, workloads
from orchestrator.inventory.distribution import MANAGED, detect
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.objects import Node
from orchestrator.requirement import Subject

READ = (Resource.NODES, SERVICES, *RESOURCES)
_CLOUDS = ("aws", "azure", "gce", "oci", "ibm", "digitalocean", "linode", "hcloud", "alicloud", "exoscale")


class Address(NamedTuple):
    """What Run:ai is to be told, whose it is, and the hosts that lead there from inside the cluster.

    `balanced` ones have something behind them that answers already.
    """

    told: str
    of: str
    hosts: tuple[str, ...]
    balanced: bool


class Missing(NamedTuple):
    """What lacks its address, and why; not `certain` where too little was seen to say so."""

    subject: Subject
    why: str
    certain: bool = True


def find_address(inventory: Inventory) -> Address | Missing:
    """By the kind of cluster: managed, of machines in a cloud, or of one's own machines."""
    distribution = detect(inventory)
    if distribution is None:
        return Missing(CLUSTER, "the distribution could not be told, and with it what the address is", False)
    if distribution.id in MANAGED:
        return _of_load_balancer(inventory)
    return _of_node(inventory.nodes)


def _of_load_balancer(inventory: Inventory) -> Address | Missing:
    leading = _leading(inventory)
    balanced = [service for service in leading if service.balanced]
    if addressed := next((service for service in balanced if service.hosts), None):
        of = f"the load balancer of Service {addressed.name}"
        return Address(addressed.hosts[0], of, addressed.hosts, balanced=True)
    if balanced:
        return Missing(balanced[0].subject, "its load balancer has no address: it is pending")
    if leading:
        why = f"it leads to the ingress controller, but is of type {leading[0].type}, not LoadBalancer"
        return Missing(leading[0].subject, why)
    return Missing(CLUSTER, "no Service leads to an ingress controller, so users have no address to go to")


def _leading(inventory: Inventory) -> list[Service]:
    """The Services that lead to the pods of an ingress controller."""
    found, known = services(inventory), workloads(inventory)
    fronts = [front for controller in controllers() for front in controller.fronts(known)]
    return [service for service in found if any(service.leads_to(front) for front in fronts)]


def _of_node(nodes: Iterable[Node]) -> Address | Missing:
    """Any node's will do; better that of one which takes any pod, as the ingress controller's."""
    able = [node for node in nodes if node.ready and not node.virtual and _address(node, "InternalIP")]
    if not able:
        return Missing(CLUSTER, "no node is ready and has an IP address")
    node = min(able, key=lambda n: (not _address(n, "ExternalIP"), n.repels_workloads, n.name))
    inside, outside = _address(node, "InternalIP"), _address(node, "ExternalIP")
    if not outside and any(map(_in_cloud, able)):
        why = "the nodes are in a cloud, but none that is ready has an external IP address as well"
        return Missing(CLUSTER, f"{why}: the internal one of {node.name} is {inside}")
    of = f"the external and the internal one of node {node.name}" if outside else f"that of node {node.name}"
    return Address(",".join(filter(None, (outside, inside))), of, (inside,), balanced=False)


def _address(node: Node, kind: str) -> str:
    return next((address.address for address in node.addresses if address.type == kind), "")


def _in_cloud(node: Node) -> bool:
    return node.provider_id.startswith(tuple(f"{cloud}://" for cloud in _CLOUDS))
