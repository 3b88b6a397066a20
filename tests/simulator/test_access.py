"""Who is let in, and what the cluster says of itself."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from orchestrator.simulator.server import Simulator

from .conftest import Raw, Simulate, cluster

OpenRaw = Callable[[Simulator], Raw]


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic x", "Bearer é"])
def test_only_the_bearer_of_the_token_is_let_in(simulate: Simulate, raw: OpenRaw, header: str) -> None:
    response = raw(simulate())(
        "GET", "/version", headers={"Authorization": header.encode().decode("latin-1")}
    )
    assert (response.status, response.json()["reason"]) == (401, "Unauthorized")


def test_the_kubeconfig_is_for_its_owner_only(simulate: Simulate, tmp_path: Path) -> None:
    simulator = simulate()
    path = simulator.kubeconfig(tmp_path / "config")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert simulator.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("release", "minor"), [("v1.23.17", "23"), ("v1.27.3-eks-a5565ad", "27+"), ("v1.26.5-gke.1200", "26+")]
)
def test_the_version(
    simulate: Simulate, connect: Callable[[Simulator], client.ApiClient], release: str, minor: str
) -> None:
    info = client.VersionApi(connect(simulate(cluster(version=release)))).get_code()
    assert (info.git_version, info.major, info.minor) == (release, "1", minor)


@pytest.mark.parametrize("path", ["/readyz", "/livez", "/healthz"])
def test_health(simulate: Simulate, raw: OpenRaw, path: str) -> None:
    response = raw(simulate())("GET", path)
    assert (response.status, response.data) == (200, b"ok")


def resources(call: Raw, path: str) -> set[str]:
    listed: dict[str, Any] = call("GET", path).json()
    assert listed["kind"] == "APIResourceList"
    return {each["name"] for each in listed["resources"]}


def test_discovery(simulate: Simulate, raw: OpenRaw) -> None:
    call = raw(simulate())
    assert call("GET", "/api").json()["versions"] == ["v1"]
    assert {"nodes", "pods", "pods/log", "configmaps"} <= resources(call, "/api/v1")
    assert {"jobs", "cronjobs"} <= resources(call, "/apis/batch/v1")
    assert "selfsubjectaccessreviews" in resources(call, "/apis/authorization.k8s.io/v1")
    groups = {group["name"]: group for group in call("GET", "/apis").json()["groups"]}
    assert [each["version"] for each in groups["batch"]["versions"]] == ["v1", "v1beta1"]
    assert call("GET", "/apis/batch").json()["preferredVersion"]["version"] == "v1"
    assert call("GET", "/apis/none").status == 404
    assert call("GET", "/apis/none/v1").status == 404


def test_what_is_served_depends_on_the_release(simulate: Simulate, raw: OpenRaw) -> None:
    old, new = raw(simulate(cluster(version="v1.20.2"))), raw(simulate(cluster(version="v1.27.3")))
    assert resources(old, "/apis/batch/v1") == {"jobs", "jobs/status"}
    assert old("GET", "/apis/policy/v1").status == 404
    assert "poddisruptionbudgets" in resources(new, "/apis/policy/v1")
    assert new("GET", "/apis/batch/v1beta1").status == 404


def test_unknown_kinds_of_the_description_are_served(simulate: Simulate, raw: OpenRaw) -> None:
    policy = {"apiVersion": "example.com/v2", "kind": "Policy", "metadata": {"name": "p"}}
    call = raw(simulate(cluster(policy)))
    assert resources(call, "/apis/example.com/v2") == {"policies", "policies/status"}
    assert call("GET", "/apis/example.com/v2/policies/p").json()["kind"] == "Policy"
