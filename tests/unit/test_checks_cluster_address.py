"""The checks `cluster-address` and `address-reached`."""

from typing import Any

import pytest

from orchestrator.evidence import Cell, Evidence, Observation, Outcome
from orchestrator.inventory.model import Inventory, Resource
from orchestrator.objects import Node
from orchestrator.requirement import Question
from tests.unit.builders import (
    CLUSTER,
    LOST,
    evidence,
    inventory,
    judge,
    node,
    row,
    target,
    unread,
    verdict,
)
from tests.unit.running import deployment

ADDRESS = row("cluster-address")
REACHED = row("address-reached")
EXPECTED = "an address at which users reach the cluster"
INSIDE = {"InternalIP": "10.0.0.1"}
OTHER = {"InternalIP": "10.0.0.9"}
NONE_READY = "no node is ready and has an IP address"
IN_CLOUD = "the nodes are in a cloud, but none that is ready has an external IP address as well"
NOT_LEADING = "no Service leads to an ingress controller, so users have no address to go to"
BOTH = {"InternalIP": "10.0.0.1", "ExternalIP": "198.51.100.1"}
LABELS = {"app": "nginx"}
CONTROLLER = deployment("nginx", "registry.k8s.io/ingress-nginx/controller:v1.8.1", pod_labels=LABELS)
EKS = node("e", labels=["eks.amazonaws.com/nodegroup"], addresses=BOTH)


def service(
    *entries: dict[str, str],
    type_: str = "LoadBalancer",
    selector: dict[str, str] | None = None,
    namespace: str = "ns",
) -> dict[str, Any]:
    return {
        "metadata": {"name": "lb", "namespace": namespace},
        "spec": {"type": type_, "selector": LABELS if selector is None else selector},
        "status": {"loadBalancer": {"ingress": list(entries)}},
    }


def seen(
    *nodes: Node, services: tuple[dict[str, Any], ...] = (), deployments: Any = (CONTROLLER,), **more: Any
) -> Inventory:
    return inventory(*nodes, objects={"services": services, "deployments": deployments}, **more)


def found(read: Inventory) -> tuple[str, str]:
    (verdict,) = judge(ADDRESS, evidence(read))
    return verdict.status.value, verdict.message


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([node("b", addresses=INSIDE), node("a")], "10.0.0.1: that of node b"),
        (
            [node("a", ready=LOST, addresses=OTHER), node("b", addresses=INSIDE)],
            "10.0.0.1: that of node b",
        ),
        (
            [
                node("a", taints=["NoSchedule"], addresses=OTHER),
                node("b", addresses=INSIDE),
            ],
            "10.0.0.1: that of node b",
        ),
        (
            [node("a", addresses=OTHER), node("b", addresses=BOTH)],
            "198.51.100.1,10.0.0.1: the external and the internal one of node b",
        ),
    ],
)
def test_the_address_of_a_node(nodes: list[Node], told: str) -> None:
    assert found(seen(*nodes)) == ("pass", f"the address to give to Run:ai is {told}")


@pytest.mark.parametrize(
    ("nodes", "why"),
    [
        ([], NONE_READY),
        ([node("a", addresses={"Hostname": "a"})], NONE_READY),
        ([node("a", ready=LOST, addresses=INSIDE)], NONE_READY),
        (
            [node("a", labels={"type": "virtual-kubelet"}, addresses=INSIDE)],
            NONE_READY,
        ),
        (
            [node("a", provider_id="azure:///subscriptions/x", addresses=INSIDE)],
            f"{IN_CLOUD}: the internal one of a is 10.0.0.1",
        ),
    ],
)
def test_nodes_without_an_address(nodes: list[Node], why: str) -> None:
    assert judge(ADDRESS, evidence(seen(*nodes))) == [verdict("fail", CLUSTER, why, expected=EXPECTED)]


@pytest.mark.parametrize("provider", ["vsphere://42", "openstack:///1", "metal3://x", "k3s://n1", ""])
def test_machines_of_ones_own_need_no_external_address(provider: str) -> None:
    told = "the address to give to Run:ai is 10.0.0.1: that of node a"
    assert found(seen(node("a", provider_id=provider, addresses=INSIDE))) == ("pass", told)


@pytest.mark.parametrize("entry", [{"ip": "203.0.113.10"}, {"hostname": "lb.example"}])
def test_the_address_of_a_load_balancer(entry: dict[str, str]) -> None:
    (host,) = entry.values()
    told = f"the address to give to Run:ai is {host}: the load balancer of Service ns/lb"
    assert found(seen(EKS, services=(service(entry),))) == ("pass", told)


@pytest.mark.parametrize(
    ("services", "why"),
    [
        ((), NOT_LEADING),
        (
            (service({"ip": "203.0.113.10"}, namespace="other"),),
            NOT_LEADING,
        ),
        (
            (service({"ip": "203.0.113.10"}, selector={}),),
            NOT_LEADING,
        ),
        ((service(),), "its load balancer has no address: it is pending"),
        ((service({}),), "its load balancer has no address: it is pending"),
        (
            (service(type_="NodePort"),),
            "it leads to the ingress controller, but is of type NodePort, not LoadBalancer",
        ),
    ],
)
def test_a_managed_cluster_without_an_address(services: tuple[dict[str, Any], ...], why: str) -> None:
    assert found(seen(EKS, services=services)) == ("fail", why)


def test_the_pods_that_take_the_traffic_may_be_others_than_the_controllers() -> None:
    contour = deployment("contour", "ghcr.io/projectcontour/contour:v1.25.0", pod_labels={"app": "contour"})
    envoy = deployment("envoy", "docker.io/envoyproxy/envoy:v1.26.1", pod_labels={"app": "envoy"})
    leading = service({"ip": "203.0.113.10"}, selector={"app": "envoy"})
    told = "the address to give to Run:ai is 203.0.113.10: the load balancer of Service ns/lb"
    assert found(seen(EKS, services=(leading,), deployments=(contour, envoy))) == ("pass", told)
    assert found(seen(EKS, services=(leading,), deployments=(envoy,)))[0] == "fail"


def test_without_the_distribution_the_kind_of_address_is_not_known() -> None:
    read = seen(node("a", addresses=INSIDE), unread=(unread(Resource.NAMESPACES),))
    why = "the distribution could not be told, and with it what the address is"
    assert judge(ADDRESS, evidence(read)) == [verdict("unknown", CLUSTER, why, expected=EXPECTED)]


def attempted(read: Inventory, *attempts: dict[str, Any]) -> Evidence:
    cell = Cell(probe="egress", target=target(), outcome=Outcome.ANSWERED)
    answer = Observation(probe="egress", target=target(), source="log", data={"endpoints": list(attempts)})
    return evidence(read, [cell], [answer])


def attempt(host: str, code: str = "ok", via: str = "direct") -> dict[str, Any]:
    return {"endpoint": f"tcp://{host}:443", "via": via, "stage": "tcp", "code": code}


NODE = seen(node("a", addresses=INSIDE))
BALANCED = seen(EKS, services=(service({"ip": "203.0.113.10"}, {"ip": "2001:db8::1"}),))


@pytest.mark.parametrize(
    ("read", "attempts", "status", "message"),
    [
        (NODE, [attempt("10.0.0.1")], "pass", "10.0.0.1:443 answers"),
        (
            NODE,
            [attempt("10.0.0.1", "refused")],
            "pass",
            "10.0.0.1:443 is reached; nothing listens there before Run:ai is installed",
        ),
        (
            NODE,
            [attempt("10.0.0.1", "timeout"), attempt("10.0.0.1", via="proxy")],
            "fail",
            "10.0.0.1:443, that of node a, is not reached (direct: timeout at tcp)",
        ),
        (NODE, [attempt("10.0.0.2")], "unknown", "the egress probe did not try 10.0.0.1:443"),
        (NODE, [attempt("10.0.0.1", via="proxy")], "unknown", "the egress probe did not try 10.0.0.1:443"),
        (
            BALANCED,
            [attempt("203.0.113.10", "refused"), attempt("[2001:db8::1]")],
            "fail",
            "203.0.113.10:443, the load balancer of Service ns/lb, is not reached (direct: refused at tcp)",
        ),
        (BALANCED, [attempt("203.0.113.10"), attempt("[2001:db8::1]")], "pass", "203.0.113.10:443 answers"),
        (BALANCED, [attempt("203.0.113.10")], "unknown", "the egress probe did not try [2001:db8::1]:443"),
    ],
)
def test_whether_the_address_answers(
    read: Inventory, attempts: list[dict[str, Any]], status: str, message: str
) -> None:
    (found,) = judge(REACHED, attempted(read, *attempts))
    assert (found.status, found.subject.name, found.message) == (status, "n1", message)


def test_an_address_that_there_is_not_is_not_tried() -> None:
    message = "does not apply: the cluster has no address that could be tried"
    assert judge(REACHED, evidence(seen())) == [verdict("skip", CLUSTER, message)]
    assert list(REACHED.asks(seen())) == []


def test_an_answer_that_cannot_be_understood() -> None:
    message = "the egress probe's answer on 10.0.0.1 cannot be understood"
    broken = attempted(NODE, {"endpoint": "tcp://10.0.0.1:443", "via": "direct"})
    assert judge(REACHED, broken) == [verdict("unknown", "n1", message)]
    assert judge(REACHED, attempted(NODE).model_copy(update={"ledger": ()})) == []


def test_what_they_read_and_ask() -> None:
    read = ("nodes", "services", "daemonsets", "deployments", "statefulsets")
    assert ADDRESS.reads() == REACHED.reads() == read
    asked = [
        {"host": host, "port": 443, "protocol": "tcp", "path": "/"}
        for host in ("203.0.113.10", "2001:db8::1")
    ]
    assert list(REACHED.asks(BALANCED)) == [Question(probe="egress", parameters={"endpoints": asked})]
