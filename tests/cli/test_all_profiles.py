"""`--profile all`: one run, every release."""

import json
from pathlib import Path

import pytest
import yaml

from orchestrator.profile.load import load_all, shipped_names
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Tool, failed
from tests.run.clusters import Json, cluster, node

LARGE = {"cpu": "32", "memory": "128Gi", "ephemeral-storage": "500Gi", "nvidia.com/gpu": "8", "pods": "110"}
PLATFORM = ("--profile", "all", "--only", "kubernetes.version")


def large(name: str) -> Json:
    made = node(name)
    made["status"] |= {"capacity": LARGE, "allocatable": LARGE}
    made["status"]["nodeInfo"] |= {
        "osImage": "Ubuntu 22.04.4 LTS",
        "containerRuntimeVersion": "containerd://1.7.0",
    }
    return made


@pytest.fixture
def description(tmp_path: Path) -> Path:
    path = tmp_path / "cluster.yaml"
    path.write_text(cluster(large("w1")))
    return path


def ready(document: Json) -> list[str]:
    return [s["profile"]["name"] for s in document["standings"] if s["answer"] == "READY"]


def test_the_demo_tells_which_releases_would_install(tool: Tool, description: Path) -> None:
    done = tool("demo", "--cluster", description, *PLATFORM, "-o", "json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert (document["apiVersion"], document["kind"]) == ("runai-preflight/v1", "Comparison")
    assert [s["profile"]["name"] for s in document["standings"]] == list(shipped_names())
    assert ready(document) == [
        "runai-2020",
        *(f"runai-2.{minor}" for minor in (12, 13, 15, 16, 17)),
    ]
    assert document["standings"][-1]["unknown"] == ["kubernetes.version"]
    assert document["coverage"] == {"expected": 0, "answered": 0}


def test_the_table_has_a_line_a_release(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *PLATFORM, "--no-probes")
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "6 of 21 releases would install on v1.27.3 (vanilla), as far as judged: runai-2020, runai-2.12,"
    )
    assert "runai-2.9   NOT READY: 1 of 1 requirement fails *" in lines
    assert "              fail kubernetes.version: Kubernetes is v1.27.3; supported: 1.21 to 1.26" in lines
    assert "runai-3.0   INCOMPLETE: 1 of 1 requirement is unknown *" in lines
    assert "runai-2.17  READY, as far as judged: 1 of 1 requirement passes *" in lines
    assert "Profiles some requirements left out by --only kubernetes.version" in lines
    assert done.returncode == 0


def test_what_all_profiles_ask_is_asked_once(tool: Tool, simulator: Simulator) -> None:
    plan = json.loads(tool("plan", "--profile", "all", "-o", "json").stdout)
    endpoints = plan["parameters"]["egress"]["endpoints"]
    hosts = [(each["host"], each["path"]) for each in endpoints]
    assert len(set(hosts)) == len(hosts)
    assert {"nvcr.io", "app.run.ai", "runai.jfrog.io", "registry.k8s.io"} <= {host for host, _ in hosts}
    units = [(unit["pod"], unit["target"]["name"]) for unit in plan["units"]]
    assert len(set(units)) == len(units)


def test_saved_evidence_gives_the_same_comparison(tool: Tool, simulator: Simulator) -> None:
    run = ("--profile", "all", "--only", "nodes.*", "-o", "yaml")
    done = tool("audit", *run, "--save-evidence", "evidence.json")
    again = tool("evaluate", "evidence.json", *run)
    assert again.stdout == done.stdout
    assert yaml.safe_load(done.stdout)["kind"] == "Comparison"


def test_1_when_no_release_would_install(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", "--profile", "all", "--only", "nodes.gpu", "--no-probes")
    assert done.returncode == 1
    assert done.stdout.startswith("0 of 21 releases would install on v1.27.3 (vanilla)\n")


def test_3_when_none_is_sure(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", "--profile", "all", "--only", "dns.cluster", "--no-probes")
    assert done.returncode == 3


def test_a_profile_without_the_requirement_is_not_judged(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", "--profile", "all", "--only", "nodes.workers", "--no-probes", "-o", "json")
    answers = {s["profile"]["name"]: s["answer"] for s in json.loads(done.stdout)["standings"]}
    assert (answers["runai-2.7"], answers["runai-2.25"]) == ("NOTHING JUDGED", "INCOMPLETE")
    assert done.returncode == 3


def test_a_feature_is_of_all_profiles_that_have_it(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *PLATFORM, "--no-probes", "--feature", "self-hosted", "-o", "json")
    assert json.loads(done.stdout)["features"] == ["production", "sample-components", "self-hosted"]
    failed(
        tool("audit", "--profile", "all", "--feature", "nope"),
        "no profile has a feature 'nope'",
        f"there are: {', '.join(sorted({name for profile in load_all() for name in profile.features}))}",
    )


def test_a_glob_that_no_profile_has(tool: Tool, simulator: Simulator) -> None:
    failed(
        tool("audit", "--profile", "all", "--only", "nope.*"),
        "no requirement of any profile matches 'nope.*'",
        "see runai-preflight profiles show NAME",
    )


def test_text_is_of_one_report(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", "--profile", "all", "-o", "text")
    failed(done, "-o text tells all of one report: name one profile, or use another format")
    assert not simulator.requests


def test_profiles_side_by_side(tool: Tool) -> None:
    done = tool("profiles", "show", "runai-2.7", "runai-2.25", "-o", "json")
    document = json.loads(done.stdout)
    found = {each["id"]: each["terms"] for each in document["different"]}
    assert document["kind"] == "Differences"
    assert found["kubernetes.version"]["runai-2.25"]["expect"]["supported"] == ">=1.33 <=1.35"
    assert list(found["egress.auth0"]) == ["runai-2.7"]
    assert "nodes.ready" in document["alike"]
    table = tool("profiles", "show", "runai-2.7", "runai-2.25").stdout
    assert "    runai-2.7: supported >=1.21 <=1.24\n    runai-2.25: supported >=1.33 <=1.35\n" in table
    assert yaml.safe_load(tool("profiles", "show", "runai-2.7", "runai-2.8", "-o", "yaml").stdout)["alike"]


def test_one_profile_named_twice_is_one(tool: Tool) -> None:
    done = tool("profiles", "show", "runai-2.7", "runai-2.7", "-o", "json")
    assert json.loads(done.stdout)["kind"] == "Profile"
