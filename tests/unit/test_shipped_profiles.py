"""The profiles that travel with the tool say what their documents say."""

import shlex
from typing import Any

import pytest
from pydantic import TypeAdapter

from orchestrator.checks.network.endpoint import Endpoint
from orchestrator.checks.network.resolver import Resolver
from orchestrator.checks.nodes.node_os import NodeOs
from orchestrator.checks.nodes.system_nodes import SystemNodes
from orchestrator.checks.nodes.worker_nodes import WorkerNodes
from orchestrator.checks.platform.distribution import DistributionKnown
from orchestrator.checks.platform.platform_version import PlatformVersion
from orchestrator.evaluate import evaluate
from orchestrator.profile.load import default_name, load, shipped_names
from orchestrator.profile.model import Profile
from orchestrator.requirement import Status
from tests.unit import releases
from tests.unit.builders import CONTROL_PLANE, cluster, node

AUTHORITIES = (
    "Azure HPC ",
    "Calico documentation, ",
    "KAI Scheduler documentation",
    "Kubernetes documentation, ",
    "Linux manual pages, ",
    "NVIDIA ",
    "Run:AI ",
    "Run:ai ",
    "runai-preflight, ",
)
PROGRAMS = {"aws", "az", "curl", "eksctl", "gcloud", "helm", "kubeadm", "kubectl", "oc"}
PROGRAMS |= {"chronyc", "exportfs", "fio", "nfsiostat", "nfsstat", "runai-preflight", "timedatectl"}
PROGRAMS |= {"crictl", "systemctl"}


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
    assert shipped_names() == releases.NAMES


def test_the_default_is_the_newest_that_is_complete() -> None:
    assert tuple(name for name in shipped_names() if load(name).complete) == releases.COMPLETE
    assert default_name() == "runai-2.7"


@pytest.mark.parametrize("name", shipped_names())
def test_a_profile_cites_its_document_and_says_how_sure_it_is(name: str) -> None:
    profile = load(name)
    assert profile.name == name
    assert profile.notes
    assert profile.complete or any(note.startswith("Confidence: ") for note in profile.notes)
    cited = {row.source.document for row in profile.requirements}
    assert profile.document in cited
    assert all(document.startswith(AUTHORITIES) for document in cited)


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
    conditions = {str(when): words for words, when in releases.CONDITIONS.items()}
    found = set()
    for row in [*rows(name, Endpoint), *rows(name, Resolver)]:
        address = row.expect.host if isinstance(row, Endpoint) else row.expect.address
        when = row.when.model_dump(mode="json", exclude_unset=True)
        found.add((address, row.expect.port, row.expect.during, conditions[str(when)]))
    assert found == {target for target, names in releases.TARGETS.items() if name in names}


@pytest.mark.parametrize(("name", "versions"), releases.VERSIONS.items())
def test_versions(name: str, versions: tuple[str | None, str | None]) -> None:
    supported = {row.id: row.expect.supported for row in rows(name, PlatformVersion) if not row.when.feature}
    told = {id_: given.text if given else None for id_, given in supported.items()}
    assert told == dict(zip(("kubernetes.version", "openshift.version"), versions, strict=True))


def test_only_the_oldest_recommends_a_version() -> None:
    recommended = {
        (name, row.expect.recommended.text)
        for name in shipped_names()
        for row in rows(name, PlatformVersion)
        if row.expect.recommended
    }
    assert recommended == {("runai-2020", "1.17")}


@pytest.mark.parametrize("name", shipped_names())
def test_sizes_of_nodes(name: str) -> None:
    found = {row.id: row for row in rows(name, SystemNodes)}
    system, own = found.get("nodes.system"), found.get("nodes.runai-control-plane")
    assert (system and (str(system.expect), system.severity)) == releases.SYSTEM_NODES.get(name)
    assert (own and str(own.when)) == releases.CONTROL_PLANES.get(name)
    assert not own or str(own.expect) == (
        "1 or more worker nodes with 10 CPUs, 12 GB of memory and 110 GB of disk"
    )
    workers = [str(row.expect) for row in rows(name, WorkerNodes)]
    assert workers == (["2 CPUs and 4 GB of memory"] if name in releases.WORKERS else [])


@pytest.mark.parametrize("name", shipped_names())
def test_distributions(name: str) -> None:
    found = {row.id: row.expect.named for row in rows(name, DistributionKnown)}
    if name not in releases.DISTRIBUTIONS:
        assert not found
        return
    named = found["kubernetes.distribution"]
    good, caught = (set(words.split()) for words in releases.DISTRIBUTIONS[name])
    assert {id_: said.status for id_, said in named.items()} == {
        **dict.fromkeys(good, "pass"),
        **dict.fromkeys(caught, "warn"),
    }
    assert [id_ for id_, said in named.items() if said.status == "warn" and not said.note] == []


@pytest.mark.parametrize("id_", releases.SYSTEMS)
def test_operating_systems(id_: str) -> None:
    found = {name: load(name).requirement(id_) for name in shipped_names()}
    told = {name: row.expect.title for name, row in found.items() if isinstance(row, NodeOs)}
    assert told == releases.SYSTEMS[id_]


@pytest.mark.parametrize(
    ("image", "status"),
    [("Bottlerocket OS 1.20", "fail"), ("Amazon Linux 2023", "fail"), ("Ubuntu 22.04.4 LTS", "pass")],
)
def test_systems_that_are_ruled_out_on_eks(image: str, status: str) -> None:
    seen = cluster(node(labels=["eks.amazonaws.com/nodegroup"], info={"osImage": image}))
    assert statuses("runai-2.25", seen)["nodes.os-eks"] == {Status(status)}


def test_a_release_of_unknown_ranges_is_never_ready() -> None:
    found = statuses("runai-3.0", cluster(node(capacity={"nvidia.com/gpu": "8"})))
    assert found["kubernetes.version"] == {Status.UNKNOWN}


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


def test_on_gke_gpus_are_those_of_the_gpu_operator_from_2_8_on() -> None:
    gke = cluster(node(labels=["cloud.google.com/gke-nodepool"]))
    own_stack = {name for name in shipped_names() if statuses(name, gke)["nodes.gpu"] == {Status.SKIP}}
    assert own_stack == set(releases.between("2.3", "2.7"))


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
