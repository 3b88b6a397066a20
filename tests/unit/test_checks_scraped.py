"""Whether targets are up, by what each Prometheus said of them."""

from typing import Any

import pytest

from orchestrator.evidence import Evidence
from tests.unit.builders import cluster, judge, node, row

EXPECT = {"title": "node exporter", "labels": ["*node-exporter*"]}


def answer(name: str, *groups: tuple[str, int, int], **fields: Any) -> dict[str, Any]:
    targets = [{"labels": {"job": job}, "up": up, "down": down} for job, up, down in groups]
    return {"kind": "StatefulSet", "metadata": {"namespace": "m", "name": name}, "targets": targets, **fields}


def read(*answers: dict[str, Any], nodes: int = 2) -> Evidence:
    return cluster(*(node(f"n{i}") for i in range(nodes)), objects={"prometheustargets": answers})


@pytest.mark.parametrize(
    ("answers", "status", "subject", "message"),
    [
        ([], "fail", "cluster", "no Prometheus runs that would scrape node exporter"),
        ([answer("a")], "fail", "cluster", "no Prometheus scrapes node exporter"),
        (
            [answer("a", ("kubelet", 3, 0)), answer("b", error="refused")],
            "unknown",
            "cluster",
            "whether node exporter is scraped is not known: m/b: refused",
        ),
        (
            [answer("a", ("node-exporter", 0, 2))],
            "fail",
            "m/a",
            "node exporter is scraped, but 0 of 2 targets are up",
        ),
        (
            [answer("a", ("node-exporter", 0, 1)), answer("b", ("x-node-exporter-y", 1, 1), ("z", 9, 9))],
            "warn",
            "m/b",
            "node exporter is scraped, but 1 of 2 targets are up",
        ),
        (
            [answer("a", ("node-exporter", 0, 5)), answer("b", ("node-exporter", 2, 0))],
            "pass",
            "m/b",
            "node exporter is scraped, and all its targets are up",
        ),
        (
            [answer("a", error="refused"), answer("b", ("node-exporter", 2, 0))],
            "pass",
            "m/b",
            "node exporter is scraped, and all its targets are up",
        ),
    ],
)
def test_the_prometheus_with_most_targets_up_counts(
    answers: list[dict[str, Any]], status: str, subject: str, message: str
) -> None:
    [found] = judge(row("scraped", EXPECT), read(*answers))
    assert (found.status.value, found.subject.name, found.message) == (status, subject, message)


def test_some_that_are_down_are_named() -> None:
    group = {"labels": {"job": "node-exporter"}, "up": 1, "down": 5, "downAt": ["a:1", "b:1", "c:1", "d:1"]}
    [found] = judge(row("scraped", EXPECT), read(answer("a") | {"targets": [group]}))
    assert found.message == "node exporter is scraped, but 1 of 6 targets are up; not a:1, b:1, c:1"


@pytest.mark.parametrize(("nodes", "status"), [(2, "pass"), (3, "warn")])
def test_one_on_every_node(nodes: int, status: str) -> None:
    requirement = row("scraped", EXPECT | {"perNode": True})
    [found] = judge(requirement, read(answer("a", ("node-exporter", 2, 0)), nodes=nodes))
    assert found.status.value == status
    assert found.expected == "targets of node exporter that are up on every Linux node"


def test_a_windows_node_needs_none() -> None:
    windows = node("w", info={"operatingSystem": "windows"}, labels={"kubernetes.io/os": "windows"})
    seen = cluster(node(), windows, objects={"prometheustargets": (answer("a", ("node-exporter", 1, 0)),)})
    [found] = judge(row("scraped", EXPECT | {"perNode": True}), seen)
    assert found.status.value == "pass"


def test_jobs_that_are_scraped_instead_are_told() -> None:
    jobs = [(f"job-{number:02}", 1, 0) for number in range(30)]
    [found] = judge(row("scraped", EXPECT), read(answer("a", *jobs)))
    assert found.observed == {"jobs": [f"job-{number:02}" for number in range(20)]}
