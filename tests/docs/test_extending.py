"""The examples of docs/extending.md, run."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from orchestrator.inventory.distribution import Definition
from orchestrator.inventory.resources import resource_types, typed
from orchestrator.probe import ProbeSpec
from orchestrator.profile.load import load
from orchestrator.profile.model import Profile
from orchestrator.run.frames import parse_frames
from tests.cli.conftest import Tool, environment, tool
from tests.conftest import StartSimulator
from tests.docs.pages import ROOT, examples
from tests.proofs.case import of_file
from tests.proofs.prove import prove
from tests.unit.builders import cluster, node

__all__ = ["environment", "tool"]  # fixtures

EXAMPLES = examples("docs/extending.md")


def test_the_profile_extends_a_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "our-own.yaml"
    file.write_text(EXAMPLES["our-own.yaml"])
    profile, base = load(str(file)), load("runai-2.7")
    ids = {row.id for row in profile.requirements}
    assert ids == {row.id for row in base.requirements} - {"egress.docker-hub", "dns.resolver.dynu"} | {
        "egress.our-registry"
    }
    assert set(profile.features) == {*base.features, "lab"}
    sized = profile.requirement("nodes.system")
    assert sized
    assert str(sized.when) == "with feature production and not with feature lab"
    assert sized.source.document == "Example's runbook"


@pytest.fixture
def our_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """The profile of the example, in the folder of the test, with what its rows read."""
    for name, resource in typed(yaml.safe_load(EXAMPLES["resources.yaml"])).items():
        monkeypatch.setitem(resource_types(), name, resource)
    monkeypatch.chdir(tmp_path)
    Path("our-gpus.yaml").write_text(EXAMPLES["our-gpus.yaml"])
    return load("our-gpus.yaml")


@pytest.mark.parametrize("name", ["pass", "fail", "unknown", "not-there"])
def test_a_requirement_that_is_data_is_proved(
    name: str, our_gpus: Profile, start_simulator: StartSimulator, tool: Tool, tmp_path: Path
) -> None:
    file = tmp_path / "gpu.runtime-class.yaml"
    file.write_text(EXAMPLES[file.name])
    cases = {case.name: case for case in of_file(file)}
    assert list(cases) == ["pass", "fail", "unknown", "not-there"]
    prove(cases[name], start_simulator, tool, tmp_path)


@pytest.mark.parametrize(
    ("tag", "ready", "status", "message"),
    [
        ("v1.8.2", 1, "pass", "cert-manager is v1.8.2"),
        ("v1.7.3", 1, "fail", "cert-manager is v1.7.3; supported: 1.8 or later"),
        ("v1.8.2", 0, "fail", "cert-manager is not healthy: 0 of 1 pods are ready"),
    ],
)
def test_a_program_is_looked_for_by_its_image(
    our_gpus: Profile, tag: str, ready: int, status: str, message: str
) -> None:
    container = {"name": "cert-manager", "image": f"quay.io/jetstack/cert-manager-controller:{tag}"}
    deployment = {
        "metadata": {"name": "cert-manager", "namespace": "cert-manager"},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [container]}}},
        "status": {"readyReplicas": ready},
    }
    read = {"deployments": (deployment,), "daemonsets": (), "statefulsets": ()}
    row = our_gpus.requirement("certificates.cert-manager")
    assert row
    (verdict,) = row.judge(cluster(objects=read))
    assert (verdict.status, verdict.message) == (status, message)


@pytest.fixture
def check() -> ModuleType:
    module = ModuleType("kubelet_version")
    exec(compile(EXAMPLES["kubelet_version.py"], "kubelet_version.py", "exec"), vars(module))
    return module


@pytest.mark.parametrize(
    ("kubelet", "status", "message"),
    [
        ("v1.24.17", "pass", "the kubelet is v1.24.17; supported: 1.21 to 1.24"),
        ("v1.25.0", "fail", "the kubelet is v1.25.0; supported: 1.21 to 1.24"),
        ("", "unknown", "the kubelet reports no version that can be read"),
    ],
)
def test_the_check_judges(check: ModuleType, kubelet: str, status: str, message: str) -> None:
    row = check.KubeletVersion.model_validate(yaml.safe_load(EXAMPLES["kubelet-version.yaml"]))
    (verdict,) = row.judge(cluster(node("n1", info={"kubeletVersion": kubelet})))
    assert (verdict.status, verdict.message, verdict.subject.name) == (status, message, "n1")


def test_the_probe_observes_as_it_would_in_a_pod(tmp_path: Path) -> None:
    spec = probe_spec("inotify")
    folder = shutil.copytree(
        ROOT / "probes", tmp_path / "probes", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / spec.file).write_text(EXAMPLES["inotify.py"])
    environment = {
        "RUNAI_PREFLIGHT_RUN": "r1",
        "RUNAI_PREFLIGHT_TARGET": "n1",
        "RUNAI_PREFLIGHT_TERMINATION_LOG": "",
    }
    command = [sys.executable, "-IS", str(folder / spec.file)]
    given = json.dumps({"timeout": spec.timeout}).encode()
    done = subprocess.run(command, input=given, capture_output=True, env=environment, check=True)
    frame = parse_frames(done.stdout, "r1", "n1").by_probe["inotify"]
    assert (frame.ok, frame.stage, set(frame.data)) == (
        True,
        "done",
        {"max_user_instances", "max_user_watches"},
    )


def probe_spec(name: str) -> ProbeSpec:
    rows: dict[str, dict[str, Any]] = yaml.safe_load(EXAMPLES["catalog.yaml"])
    return ProbeSpec.model_validate({"name": name, **rows[name]})


def test_the_distribution_is_one_that_can_be_told() -> None:
    (talos,) = (Definition.model_validate(row) for row in yaml.safe_load(EXAMPLES["distributions.yaml"]))
    assert talos.id == "talos"
