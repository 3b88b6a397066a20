"""The profiles that travel with the tool say what their documents say."""

import shlex
from typing import Any

import pytest
from pydantic import TypeAdapter

from orchestrator.checks.distribution import DistributionKnown
from orchestrator.checks.endpoint import Endpoint
from orchestrator.checks.platform_version import PlatformVersion
from orchestrator.checks.resolver import Resolver
from orchestrator.checks.system_nodes import SystemNodes
from orchestrator.evaluate import evaluate
from orchestrator.profile.load import load, shipped_names
from orchestrator.profile.model import Profile
from orchestrator.requirement import Status
from tests.unit.builders import CONTROL_PLANE, cluster, node

INSTALL, RUN = ("install",), ("run",)
# Every target that the documents list, with its port, when it is needed, and on what condition.
BOTH = {
    ("runai-charts.storage.googleapis.com", 443, INSTALL, "connected"),
    ("hub.docker.com", 443, INSTALL, "connected"),
    ("gcr.io", 443, INSTALL, "connected"),
    ("quay.io", 443, INSTALL, "connected"),
    ("prometheus-us-central1.grafana.net", 443, RUN, "always"),
    ("app.run.ai", 443, RUN, "always"),
}
TARGETS = {
    "runai-2020": BOTH,
    "runai-2.7": BOTH
    | {
        ("runai-prod.auth0.com", 443, RUN, "older tenant"),
        ("8.8.8.8", 53, INSTALL + RUN, "always"),
        ("1.1.1.1", 53, INSTALL + RUN, "always"),
        ("dynu.com", 53, INSTALL + RUN, "always"),
    },
}
CONDITIONS = {
    "always": {},
    "connected": {"not": {"feature": ["air-gapped"]}},
    "older tenant": {"feature": ["older-tenant"]},
}
# Ids are an interface: reports are compared and rows replaced by them.
IDS = {
    "runai-2020": """
        dns.cluster egress.docker-hub egress.grafana egress.quay egress.run-ai-charts egress.run-ai-cloud
        egress.run-ai-images kubernetes.version nodes.gpu nodes.ready nodes.system openshift.version
    """,
    "runai-2.7": """
        control-plane.separate dns.cluster dns.resolver.cloudflare dns.resolver.dynu dns.resolver.google
        egress.auth0 egress.docker-hub egress.grafana egress.quay egress.run-ai-charts egress.run-ai-cloud
        egress.run-ai-images kubernetes.distribution kubernetes.version nodes.gpu nodes.gpu-gke nodes.os
        nodes.os-gke
        nodes.os-tested nodes.os-tested-openshift nodes.ready nodes.runtime nodes.runtime-gke
        nodes.runtime-openshift nodes.system openshift.version
    """,
}
PROGRAMS = {"aws", "az", "curl", "eksctl", "gcloud", "helm", "kubeadm", "kubectl", "oc"}


def rows(name: str, kind: type[Any]) -> list[Any]:
    return [requirement for requirement in load(name).requirements if isinstance(requirement, kind)]


def defaults(profile: Profile, *more: str) -> frozenset[str]:
    return frozenset(name for name, feature in profile.features.items() if feature.default) | set(more)


def statuses(name: str, seen: Any, *features: str) -> dict[str, set[Status]]:
    profile = load(name)
    found: dict[str, set[Status]] = {}
    for finding in evaluate(profile, seen, defaults(profile, *features)).findings:
        found.setdefault(finding.id, set()).add(finding.status)
    return found


def test_these_are_shipped_oldest_first() -> None:
    assert shipped_names() == ("runai-2020", "runai-2.7")


@pytest.mark.parametrize("name", shipped_names())
def test_ids_are_stable(name: str) -> None:
    assert sorted(row.id for row in load(name).requirements) == IDS[name].split()


@pytest.mark.parametrize("name", shipped_names())
def test_a_profile_is_complete_and_of_one_document(name: str) -> None:
    profile = load(name)
    assert profile.name == name
    assert profile.complete
    assert profile.notes
    assert {row.source.document for row in profile.requirements} == {profile.document}


@pytest.mark.parametrize("name", shipped_names())
def test_every_row_says_why_where_and_what_to_do(name: str) -> None:
    for row in load(name).requirements:
        assert row.why.endswith("."), row.id
        assert row.why.count(". ") <= 1, f"{row.id}: one or two sentences"
        assert row.source.section, row.id
        assert row.remedy.text.endswith("."), row.id
        assert row.remedy.commands, row.id


@pytest.mark.parametrize("name", shipped_names())
def test_commands_are_what_a_shell_can_read(name: str) -> None:
    for command in (c for row in load(name).requirements for c in row.remedy.commands):
        words = shlex.split(command)
        assert words[0] in PROGRAMS, command
        assert "\n" not in command
        assert "  " not in command


@pytest.mark.parametrize("name", shipped_names())
def test_a_shell_expands_nothing_in_a_command(name: str) -> None:
    for command in (c for row in load(name).requirements for c in row.remedy.commands):
        unquoted = "".join(command.split("'")[::2])
        assert not set(unquoted) & set("*?[]{}\\$`!;&|<>"), command


@pytest.mark.parametrize("name", shipped_names())
def test_a_pod_that_tries_a_target_is_pinned_to_a_node(name: str) -> None:
    tries = [c for row in load(name).requirements for c in row.remedy.commands if "kubectl run" in c]
    for words in map(shlex.split, tries):
        (override,) = (word.partition("=")[2] for word in words if word.startswith("--overrides="))
        pod = TypeAdapter(dict[str, Any]).validate_json(override)
        assert pod == {"apiVersion": "v1", "spec": {"nodeName": "NODE"}}


@pytest.mark.parametrize("name", shipped_names())
def test_every_target_of_the_document_is_there(name: str) -> None:
    conditions = {str(when): words for words, when in CONDITIONS.items()}
    found = set()
    for row in [*rows(name, Endpoint), *rows(name, Resolver)]:
        address = row.expect.host if isinstance(row, Endpoint) else row.expect.address
        when = row.when.model_dump(mode="json", exclude_unset=True)
        found.add((address, row.expect.port, row.expect.during, conditions[str(when)]))
    assert found == TARGETS[name]


@pytest.mark.parametrize(
    ("name", "platform", "supported", "recommended"),
    [
        ("runai-2020", "kubernetes", ">=1.15", "1.17"),
        ("runai-2020", "openshift", ">=4.3", None),
        ("runai-2.7", "kubernetes", ">=1.21 <=1.24", None),
        ("runai-2.7", "openshift", ">=4.8 <=4.10", None),
    ],
)
def test_versions(name: str, platform: str, supported: str, recommended: str | None) -> None:
    (row,) = (row for row in rows(name, PlatformVersion) if row.expect.platform == platform)
    text = row.expect.recommended.text if row.expect.recommended else None
    assert (row.expect.supported.text, text) == (supported, recommended)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("runai-2020", "1 or more CPU-only worker nodes with 4 CPUs, 4 GB of memory and 20 GB of disk"),
        ("runai-2.7", "2 or more worker nodes with 4 CPUs, 8 GB of memory and 50 GB of disk"),
    ],
)
def test_system_nodes(name: str, size: str) -> None:
    (row,) = rows(name, SystemNodes)
    assert str(row.expect) == size
    assert row.severity == "recommended"


def test_the_distributions_of_2_7() -> None:
    (row,) = rows("runai-2.7", DistributionKnown)
    named = {id_: said.status for id_, said in row.expect.named.items()}
    assert named == dict.fromkeys(["vanilla", "eks", "aks", "openshift", "ezmeral", "canonical"], "pass") | (
        dict.fromkeys(["gke", "rke", "rke2", "tanzu"], "warn")
    )
    assert [id_ for id_, said in row.expect.named.items() if said.status == "warn" and not said.note] == []


def test_a_good_cluster_of_2_7() -> None:
    master = node("m", labels=[CONTROL_PLANE], taints=["NoSchedule"])
    gpu = node("g", capacity={"nvidia.com/gpu": "8"})
    found = statuses("runai-2.7", cluster(master, gpu, node("w")))
    for id_ in ("kubernetes.version", "nodes.os", "nodes.system", "control-plane.separate", "nodes.ready"):
        assert found[id_] == {Status.PASS}
    for id_ in ("openshift.version", "nodes.os-gke", "nodes.runtime-openshift", "egress.auth0"):
        assert found[id_] == {Status.SKIP}
    assert found["egress.run-ai-cloud"] == {Status.UNKNOWN}


def test_container_optimized_os_fails_on_gke_only() -> None:
    info = {"osImage": "Container-Optimized OS from Google"}
    gke = statuses("runai-2.7", cluster(node(labels=["cloud.google.com/gke-nodepool"], info=info)))
    assert gke["nodes.os-gke"] == {Status.FAIL}
    assert gke["kubernetes.distribution"] == {Status.WARN}
    assert (gke["nodes.gpu"], gke["nodes.gpu-gke"]) == ({Status.SKIP}, {Status.FAIL})
    plain = statuses("runai-2.7", cluster(node(info=info)))
    assert (plain["nodes.os-gke"], plain["nodes.os-tested"]) == ({Status.SKIP}, {Status.WARN})


def test_no_gpu_operator_is_advised_on_gke() -> None:
    gke = cluster(node(labels=["cloud.google.com/gke-nodepool"]))
    profile = load("runai-2.7")
    told = {f.id: f for f in evaluate(profile, gke, defaults(profile)).findings}
    assert told["nodes.runtime"].status is Status.SKIP
    assert told["nodes.runtime-gke"].message == "the container runtime is containerd://1.6.6"


def test_an_openshift_cluster() -> None:
    info = {
        "osImage": "Red Hat Enterprise Linux CoreOS 410.84.202203 (Ootpa)",
        "containerRuntimeVersion": "cri-o://1.23.1",
    }
    seen = cluster(node(info=info), api_groups=("config.openshift.io",), openshift_version="4.10.3")
    found = statuses("runai-2.7", seen)
    for id_ in ("openshift.version", "nodes.os-tested-openshift", "nodes.runtime-openshift"):
        assert found[id_] == {Status.PASS}
    assert (found["nodes.os-tested"], found["nodes.runtime"]) == ({Status.SKIP}, {Status.SKIP})


def test_features_change_what_applies() -> None:
    mirrored = statuses("runai-2.7", cluster(node()), "air-gapped", "older-tenant")
    assert mirrored["egress.quay"] == {Status.SKIP}
    assert mirrored["egress.run-ai-cloud"] == mirrored["egress.auth0"] == {Status.UNKNOWN}
    profile = load("runai-2.7")
    trial = evaluate(profile, cluster(node()), frozenset())
    skipped = {finding.id for finding in trial.findings if finding.status is Status.SKIP}
    assert {"nodes.system", "control-plane.separate"} <= skipped
