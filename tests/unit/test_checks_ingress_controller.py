"""The check `ingress-controller`, and the controllers that are told apart."""

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.checks.ingress.controllers import controllers
from orchestrator.evidence import Evidence
from tests.unit.builders import CLUSTER, judge, row
from tests.unit.running import daemonset, deployment, running

ROW = row("ingress-controller")
NGINX = "registry.k8s.io/ingress-nginx/controller:v1.8.1"


def ingress_class(name: str, controller: str | None = "k8s.io/ingress-nginx") -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"controller": controller} if controller else None}


def with_classes(seen: Evidence, *classes: dict[str, Any]) -> Evidence:
    assert seen.inventory
    objects = {**seen.inventory.objects, "ingressclasses": classes}
    return seen.model_copy(update={"inventory": seen.inventory.model_copy(update={"objects": objects})})


def told(seen: Evidence, *classes: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = judge(ROW, with_classes(seen, *classes))
    return [(verdict.status.value, verdict.subject.name, verdict.message) for verdict in found]


def test_no_class_and_no_controller() -> None:
    (found,) = judge(ROW, with_classes(running()))
    assert (found.status, found.subject, found.message) == ("fail", CLUSTER, "there is no IngressClass")
    assert (found.observed, found.expected) == ([], "an IngressClass whose controller runs")


def test_controllers_that_no_class_leads_to_are_named() -> None:
    traefik = daemonset("traefik", "docker.io/library/traefik:v2.10", namespace="kube-system")
    seen = running(deployments=[deployment("c", NGINX)], daemonsets=[traefik])
    message = (
        "there is no IngressClass, though there is ingress-nginx as ns/c, Traefik as kube-system/traefik"
    )
    assert told(seen) == [("fail", "cluster", message)]


@pytest.mark.parametrize(
    ("workload", "why"),
    [
        (deployment("c", "example.com/other:1"), "does not run"),
        (deployment("c", NGINX, replicas=0, ready=0), "does not run"),
        (deployment("c", NGINX, ready=0), "is there, but no pod of it is ready"),
    ],
)
def test_a_class_whose_controller_does_not_run(workload: dict[str, Any], why: str) -> None:
    message = f"its controller, ingress-nginx, {why}"
    assert told(running(deployments=[workload]), ingress_class("nginx")) == [("fail", "nginx", message)]


@pytest.mark.parametrize(
    "image", ["mirror.local/ingress-nginx-controller@sha256:ab", "ingress-nginx/controller"]
)
def test_a_controller_of_a_mirror(image: str) -> None:
    seen = running(deployments=[deployment("c", image)])
    assert told(seen, ingress_class("nginx")) == [("pass", "nginx", "ingress-nginx runs")]


def test_a_controller_that_is_not_known() -> None:
    message = "which program serves 'example.com/x' is not known, so whether it runs cannot be told"
    seen = running(deployments=[deployment("c", NGINX)])
    assert told(seen, ingress_class("own", "example.com/x")) == [("unknown", "own", message)]


def test_one_class_that_works_is_enough_and_the_others_are_told_of() -> None:
    classes = [
        ingress_class("haproxy", "haproxy.org/ingress-controller/haproxy"),
        ingress_class("nginx"),
        ingress_class("own", "example.com/x"),
        ingress_class("bare", None),
    ]
    told_of = (
        "HAProxy Kubernetes Ingress Controller does not run: Ingresses of this class are served by nobody"
    )
    assert told(running(deployments=[deployment("c", NGINX)]), *classes) == [
        ("warn", "haproxy", told_of),
        ("pass", "nginx", "ingress-nginx runs"),
        ("skip", "own", _beside("'example.com/x'")),
        ("skip", "bare", _beside("''")),
    ]


def _beside(controller: str) -> str:
    return f"not judged: which program serves {controller} is not known, and another class works"


def test_a_controller_whose_pods_are_not_all_ready() -> None:
    seen = running(daemonsets=[daemonset("c", NGINX, desired=3, ready=2)])
    message = "ingress-nginx runs, but only 2 of 3 pods of ns/c are ready"
    assert told(seen, ingress_class("nginx")) == [("warn", "nginx", message)]


def test_a_controller_that_the_release_is_not_tested_with() -> None:
    tested = row("ingress-controller", {"tested": ["ingress-nginx", "Istio"]})
    seen = running(
        deployments=[deployment("c", NGINX), deployment("t", "docker.io/library/traefik:v2.10")],
    )
    classes = ingress_class("a"), ingress_class("b", "traefik.io/ingress-controller")
    found = judge(tested, with_classes(seen, *classes))
    assert [(each.status, each.message) for each in found] == [
        ("pass", "ingress-nginx runs"),
        ("warn", "Traefik runs; Run:ai is tested with ingress-nginx, Istio"),
    ]
    assert str(found[0].expected) == "an IngressClass whose controller runs, tested with ingress-nginx, Istio"


def test_only_controllers_that_are_known_can_be_tested() -> None:
    with pytest.raises(ValidationError, match="there is no ingress controller 'nginx'; there are ingress-ng"):
        row("ingress-controller", {"tested": ["nginx"]})


@pytest.mark.parametrize(
    ("controller", "image", "title"),
    [
        ("k8s.io/ingress-nginx", "rancher/nginx-ingress-controller:nginx-1.2.1-rancher1", "ingress-nginx"),
        ("k8s.io/internal-ingress-nginx", "k8s.gcr.io/ingress-nginx/controller:v1.1.1", "ingress-nginx"),
        ("k8s.io/ingress-nginx-internal", "k8s.gcr.io/ingress-nginx/controller:v1.1.1", "ingress-nginx"),
        ("nginx.org/ingress-controller", "nginx/nginx-ingress:3.1.1", "F5 NGINX Ingress Controller"),
        (
            "haproxy.org/ingress-controller/haproxy",
            "haproxytech/kubernetes-ingress:1.10.5",
            "HAProxy Kubernetes Ingress Controller",
        ),
        (
            "haproxy-ingress.github.io/controller",
            "quay.io/jcmoraisjr/haproxy-ingress:v0.14.3",
            "HAProxy Ingress",
        ),
        ("traefik.io/ingress-controller", "rancher/mirrored-library-traefik:2.9.10", "Traefik"),
        ("istio.io/ingress-controller", "docker.io/istio/pilot:1.18.0", "Istio"),
        ("projectcontour.io/projectcontour/contour", "ghcr.io/projectcontour/contour:v1.25.0", "Contour"),
        ("ingress-controllers.konghq.com/kong", "kong/kubernetes-ingress-controller:2.10", "Kong"),
        (
            "ingress.k8s.aws/alb",
            "public.ecr.aws/eks/aws-load-balancer-controller:v2.5.2",
            "AWS Load Balancer Controller",
        ),
    ],
)
def test_controllers_are_told_by_their_class_and_their_image(controller: str, image: str, title: str) -> None:
    seen = running(deployments=[deployment("c", image)])
    assert told(seen, ingress_class("it", controller)) == [("pass", "it", f"{title} runs")]


def test_the_router_of_openshift_is_told_by_its_namespace() -> None:
    router = "quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0a1b"
    default = ingress_class("openshift-default", "openshift.io/ingress-to-route")
    there = running(deployments=[deployment("router-default", router, namespace="openshift-ingress")])
    assert told(there, default) == [("pass", "openshift-default", "the OpenShift router runs")]
    elsewhere = running(deployments=[deployment("router-default", router, namespace="openshift-console")])
    message = "its controller, the OpenShift router, does not run"
    assert told(elsewhere, default) == [("fail", "openshift-default", message)]


def test_every_controller_is_of_one_class_only() -> None:
    named = [pattern.rstrip("*") for controller in controllers() for pattern in controller.controllers]
    for name in named:
        assert sum(controller.serves(name) for controller in controllers()) <= 1, name


def test_what_it_reads() -> None:
    assert ROW.reads() == ("ingressclasses", "daemonsets", "deployments", "statefulsets")
