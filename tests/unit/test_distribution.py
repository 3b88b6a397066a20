"""Which distribution a cluster is told to be, by every signal that there is."""

from typing import Any

import pytest

from orchestrator.inventory.distribution import Distribution, definitions, detect
from orchestrator.inventory.model import Inventory, Resource
from tests.unit.builders import inventory, node, unread

# One example of each signal in distributions.yaml: how the cluster shows it, and the words for it.
SIGNALS: list[tuple[str, Inventory, str]] = [
    (
        "openshift",
        inventory(node(), api_groups=("apps", "config.openshift.io")),
        "apiGroup config.openshift.io",
    ),
    ("openshift", inventory(node(labels=["node.openshift.io/os_id"])), "label node.openshift.io/os_id"),
    ("gke", inventory(node(), version="v1.22.12-gke.300"), "serverVersion v1.22.12-gke.300"),
    ("gke", inventory(node(labels=["cloud.google.com/gke-nodepool"])), "label cloud.google.com/gke-nodepool"),
    ("eks", inventory(node(), version="v1.23.17-eks-0a21954"), "serverVersion v1.23.17-eks-0a21954"),
    ("eks", inventory(node(labels=["eks.amazonaws.com/nodegroup"])), "label eks.amazonaws.com/nodegroup"),
    ("eks", inventory(node(labels=["alpha.eksctl.io/cluster-name"])), "label alpha.eksctl.io/cluster-name"),
    ("aks", inventory(node(labels=["kubernetes.azure.com/cluster"])), "label kubernetes.azure.com/cluster"),
    (
        "aks",
        inventory(node(labels=["kubernetes.azure.com/agentpool"])),
        "label kubernetes.azure.com/agentpool",
    ),
    ("aks", inventory(node(labels=["kubernetes.azure.com/mode"])), "label kubernetes.azure.com/mode"),
    ("tanzu", inventory(node(), version="v1.23.8+vmware.2"), "serverVersion v1.23.8+vmware.2"),
    ("tanzu", inventory(node(), api_groups=("run.tanzu.vmware.com",)), "apiGroup run.tanzu.vmware.com"),
    ("tanzu", inventory(node(labels=["run.tanzu.vmware.com/tkr"])), "label run.tanzu.vmware.com/tkr"),
    ("ezmeral", inventory(node(), api_groups=("hpecp.hpe.com",)), "apiGroup hpecp.hpe.com"),
    ("ezmeral", inventory(node(), api_groups=("x.hpe-ezmeral.com",)), "apiGroup x.hpe-ezmeral.com"),
    ("ezmeral", inventory(node(), namespaces=("default", "hpecp")), "namespace hpecp"),
    ("ezmeral", inventory(node(labels=["hpe.com/compute"])), "label hpe.com/compute"),
    ("rke2", inventory(node(), version="v1.24.3+rke2r1"), "serverVersion v1.24.3+rke2r1"),
    ("rke2", inventory(node(annotations=["rke2.io/node-args"])), "annotation rke2.io/node-args"),
    (
        "rke",
        inventory(node(annotations=["rke.cattle.io/external-ip"])),
        "annotation rke.cattle.io/external-ip",
    ),
    ("rke", inventory(node(labels=["rke.cattle.io/machine"])), "label rke.cattle.io/machine"),
    ("canonical", inventory(node(labels=["juju-application"])), "label juju-application"),
    ("canonical", inventory(node(labels=["juju-charm"])), "label juju-charm"),
    ("canonical", inventory(node(labels=["juju.io/cloud"])), "label juju.io/cloud"),
    ("microk8s", inventory(node(labels=["microk8s.io/cluster"])), "label microk8s.io/cluster"),
    ("k3s", inventory(node(), version="v1.24.3+k3s1"), "serverVersion v1.24.3+k3s1"),
    ("k3s", inventory(node(annotations=["k3s.io/node-args"])), "annotation k3s.io/node-args"),
    ("oke", inventory(node(labels=["oke.oraclecloud.com/pool"])), "label oke.oraclecloud.com/pool"),
    ("oke", inventory(node(labels=["oci.oraclecloud.com/fault"])), "label oci.oraclecloud.com/fault"),
    ("kind", inventory(node(provider_id="kind://docker/kind/n1")), "providerID kind://docker/kind/n1"),
]
TITLES = {definition.id: definition.title for definition in definitions()}


@pytest.mark.parametrize(("id_", "seen", "told"), SIGNALS, ids=[f"{s[0]} by {s[2]}" for s in SIGNALS])
def test_each_signal_tells_its_distribution(id_: str, seen: Inventory, told: str) -> None:
    assert detect(seen) == Distribution(id=id_, title=TITLES[id_], evidence=(told,))


def test_every_signal_has_an_example() -> None:
    signals = [definition.id for definition in definitions() for _ in definition.signals]
    assert signals == [id_ for id_, _, _ in SIGNALS]


def test_a_cluster_without_any_signal_is_vanilla() -> None:
    assert detect(inventory(node(labels=["kubernetes.io/os"]))) == Distribution(
        id="vanilla", title="Vanilla Kubernetes"
    )


@pytest.mark.parametrize(
    ("id_", "seen"),
    [
        ("openshift", inventory(node(labels=["eks.amazonaws.com/x"]), api_groups=("config.openshift.io",))),
        ("rke2", inventory(node(annotations=["k3s.io/x", "rke.cattle.io/x"]), version="v1.24.3+rke2r1")),
        ("eks", inventory(node(labels=["eks.amazonaws.com/x", "hpe.com/x"]))),
    ],
)
def test_what_is_built_on_another_comes_first(id_: str, seen: Inventory) -> None:
    found = detect(seen)
    assert found is not None
    assert found.id == id_


def test_the_order_of_nodes_and_how_often_a_signal_is_seen_change_nothing() -> None:
    names = ["eks.amazonaws.com/b", "eks.amazonaws.com/aaa", "eks.amazonaws.com/a", "eks.amazonaws.com/cccc"]
    nodes = [node(f"n{index}", labels=[label]) for index, label in enumerate(names * 3)]
    told = detect(inventory(*nodes))
    assert told == detect(inventory(*reversed(nodes)))
    assert told is not None
    assert told.evidence == (
        "label eks.amazonaws.com/a",
        "label eks.amazonaws.com/b",
        "label eks.amazonaws.com/aaa",
    )


@pytest.mark.parametrize(
    "resource", [Resource.NODES, Resource.VERSION, Resource.API_GROUPS, Resource.NAMESPACES]
)
def test_nothing_is_vanilla_while_something_is_unread(resource: Resource) -> None:
    assert detect(inventory(node(), unread=(unread(resource),))) is None


def test_what_carries_no_signal_may_be_unread() -> None:
    found = detect(inventory(node(), unread=(unread(Resource.CLUSTER_VERSIONS),)))
    assert found is not None
    assert found.id == "vanilla"


def test_the_server_version_tells_even_when_nodes_are_unread() -> None:
    fields: dict[str, Any] = {"version": "v1.23.17-eks-0a21954", "unread": (unread(Resource.NODES),)}
    found = detect(inventory(**fields))
    assert found is not None
    assert found.id == "eks"
