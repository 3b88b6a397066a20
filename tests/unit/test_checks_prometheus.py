"""Prometheus servers: who made them, which of them counts, and by which Service they are reached."""

from typing import Any

import pytest

from orchestrator.checks.monitoring.servers import servers, service_of
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Verdict
from tests.unit.builders import cluster, judge, row, verdict
from tests.unit.monitoring import custom, server, service


def read(**objects: Any) -> Evidence:
    whole = {"statefulsets": (), "deployments": (), "daemonsets": (), "prometheuses": (), "services": ()}
    return cluster(objects=whole | {name: tuple(found) for name, found in objects.items()})


def inventory(**objects: Any) -> Inventory:
    found = read(**objects).inventory
    assert found is not None
    return found


def told(seen: Evidence, **expect: Any) -> list[tuple[str, str, str]]:
    return [_told(each) for each in judge(row("prometheus", expect), seen)]


def _told(found: Verdict) -> tuple[str, str, str]:
    return found.status.value, found.subject.name, found.message


def test_one_that_nothing_reports_is_not_available() -> None:
    seen = read(statefulsets=[server(ready=0)], prometheuses=[custom()])
    maker = "by the Prometheus Operator from Prometheus monitoring/k8s"
    message = f"Prometheus v2.42.0, installed {maker}, is not available: 0 of 1 pods are ready"
    assert told(seen) == [("fail", "monitoring/prometheus-k8s", message)]


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ({"type": "Available", "status": "Degraded"}, "Available is Degraded"),
        ({"type": "Reconciled", "status": "False", "reason": "Bad"}, "Reconciled is False (Bad)"),
        (
            {"type": "Reconciled", "status": "False", "reason": "Bad", "message": "rule x"},
            "Reconciled is False (Bad: rule x)",
        ),
    ],
)
def test_the_operator_says_what_is_wrong(condition: dict[str, str], problem: str) -> None:
    seen = read(statefulsets=[server()], prometheuses=[custom("k8s", condition)])
    [(status, _, message)] = told(seen, by="operator")
    assert (status, message.rpartition("not available: ")[2]) == ("fail", problem)


def test_a_condition_of_another_kind_is_not_judged() -> None:
    other = {"type": "Shiny", "status": "False"}
    seen = read(statefulsets=[server()], prometheuses=[custom("k8s", other)])
    assert [status for status, _, _ in told(seen)] == ["pass"]


def test_where_one_is_good_the_others_only_warn() -> None:
    seen = read(
        statefulsets=[server(), server("prometheus-old", ready=0)], prometheuses=[custom(), custom("x")]
    )
    assert [(status, name) for status, name, _ in told(seen)] == [
        ("pass", "monitoring/prometheus-k8s"),
        ("warn", "monitoring/prometheus-old"),
        ("warn", "monitoring/x"),
    ]


def test_every_shard_is_the_operators() -> None:
    shards = [server(), server("prometheus-k8s-shard-1"), server("prometheus-k8s-shard-x")]
    found = servers(inventory(statefulsets=shards, prometheuses=[custom()]))
    assert [(each.workload.meta.name, each.custom is not None) for each in found] == [
        ("prometheus-k8s", True),
        ("prometheus-k8s-shard-1", True),
        ("prometheus-k8s-shard-x", False),
    ]


def test_an_object_of_the_same_name_elsewhere_did_not_make_it() -> None:
    found = servers(inventory(statefulsets=[server(namespace="team")], prometheuses=[custom()]))
    assert [each.custom for each in found] == [None]


def test_a_daemonset_is_a_collector_and_no_server() -> None:
    assert servers(inventory(daemonsets=[server()])) == []


@pytest.mark.parametrize("flag", ["--agent", "--enable-feature=agent"])
def test_one_in_agent_mode_only_sends_on_and_is_no_server(flag: str) -> None:
    assert servers(inventory(statefulsets=[server("prom-agent", flag)])) == []


def test_a_server_that_wants_no_pods_runs_nowhere() -> None:
    idle = server(replicas=0)
    assert told(read(statefulsets=[idle])) == [("fail", "cluster", "no Prometheus runs")]
    assert told(read(statefulsets=[idle]), none=True) == [
        ("pass", "cluster", "there is no other Prometheus in the cluster")
    ]


def test_the_version_is_the_objects_where_the_image_tells_none() -> None:
    digest = server(image="quay.io/openshift-release-dev/ocp@sha256:ab")
    seen = read(statefulsets=[digest], prometheuses=[custom(version="2.32.1")])
    assert told(seen, version=">=2.30") == [
        (
            "pass",
            "monitoring/prometheus-k8s",
            "Prometheus 2.32.1 runs, installed by the Prometheus Operator from Prometheus monitoring/k8s",
        )
    ]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"chart": "kube-prometheus-stack-46.1.0"}, "kube-prometheus-stack is 46.1.0; supported: up to 45"),
        (
            {"helm.sh/chart": "kube-prometheus-stack-46.1.0"},
            "kube-prometheus-stack is 46.1.0; supported: up to 45",
        ),
        ({"chart": "monitoring-1.0.0"}, "the version of kube-prometheus-stack cannot be told"),
        ({}, "the version of kube-prometheus-stack cannot be told"),
    ],
)
def test_the_chart_is_told_by_the_objects_labels(labels: dict[str, str], message: str) -> None:
    seen = read(statefulsets=[server()], prometheuses=[custom(labels=labels)])
    assert [message for _, _, message in told(seen, by="operator", chart="<=45")] == [message]


def test_what_is_left_out_of_account_is_by_namespace_or_name() -> None:
    seen = read(statefulsets=[server("prometheus-runai"), server(namespace="openshift-monitoring")])
    assert [status for status, _, _ in told(seen, none=True, besides=["*runai*", "openshift-*"])] == ["pass"]
    assert [name for _, name, _ in told(seen, none=True, besides=["*runai*"])] == [
        "openshift-monitoring/prometheus-k8s"
    ]


def test_an_object_that_is_left_out_of_account_needs_no_server() -> None:
    seen = read(statefulsets=[server()], prometheuses=[custom(), custom("runai")])
    assert [name for _, name, _ in told(seen, besides=["runai"])] == ["monitoring/prometheus-k8s"]


def test_whole_verdicts() -> None:
    observed = (
        "StatefulSet monitoring/prometheus-k8s: quay.io/prometheus/prometheus:v2.42.0; 1 of 1 pods ready"
    )
    [found] = judge(row("prometheus", {"by": "operator"}), read(statefulsets=[server()]))
    assert found == verdict(
        "fail",
        found.subject,
        "no Prometheus was made by the Prometheus Operator; installed directly: monitoring/prometheus-k8s",
        observed=[observed],
        expected="Prometheus made by the Prometheus Operator, available",
    )


@pytest.mark.parametrize(
    ("args", "prefix"),
    [
        ((), ""),
        (("--web.route-prefix=/",), ""),
        (("--web.external-url=https://a.example/prom/",), "/prom"),
        (("--web.external-url=https://a.example/prom", "--web.route-prefix=/"), ""),
        (("--web.route-prefix=/inside/",), "/inside"),
    ],
)
def test_the_path_below_which_it_serves(args: tuple[str, ...], prefix: str) -> None:
    [found] = servers(inventory(statefulsets=[server("prometheus-k8s", *args)]))
    assert found.prefix == prefix


OPERATED = service("operated", {"app.kubernetes.io/name": "prometheus"})
OWN = service("own", {"prometheus": "k8s", "app.kubernetes.io/name": "prometheus"})


@pytest.mark.parametrize(
    ("services", "found"),
    [
        ([], None),
        ([service(selector={})], None),
        ([service(selector={"prometheus": "other"})], None),
        ([service(port={"port": 10902, "name": "grpc"})], None),
        ([service(port={"port": 80, "targetPort": 9090})], ("prometheus", 80)),
        ([service(port={"port": 80, "name": "http-web"})], ("prometheus", 80)),
        ([OPERATED, OWN], ("own", 9090)),
    ],
)
def test_the_service_that_leads_to_it(services: list[Any], found: tuple[str, int] | None) -> None:
    read_ = inventory(statefulsets=[server()], services=services)
    way = service_of(servers(read_)[0], read_)
    assert (way and (way[0].meta.name, way[1])) == found
