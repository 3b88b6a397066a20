"""The commands beside `audit`."""

import json
import socket

import pytest
import yaml

from orchestrator.profile.load import shipped_names
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Tool
from tests.run.clusters import cluster, nodes

READY = ("--only", "nodes.ready")


def test_host_runs_the_probes_here(tool: Tool) -> None:
    done = tool("host", *READY, "-o", "json", "--save-evidence", "evidence.json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert report["run"]["shape"] == "processes"
    (cell,) = report["ledger"]
    assert cell["target"] == {"kind": "Host", "name": socket.gethostname()}
    assert (cell["probe"], cell["outcome"]) == ("node", "answered")
    (finding,) = report["findings"]
    assert (finding["status"], finding["message"]) == (
        "skip",
        "does not apply: this run looked at no cluster",
    )
    again = tool("evaluate", "evidence.json", *READY, "-o", "json")
    assert json.loads(again.stdout) == report


def test_the_profiles_that_there_are(tool: Tool) -> None:
    done = tool("profiles", "list")
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert listed == list(shipped_names())


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_profile_as_a_document_can_be_used_again(form: str, tool: Tool) -> None:
    shown = tool("profiles", "show", "runai-2.7", "-o", form)
    assert yaml.safe_load(shown.stdout)["name"] == "runai-2.7"


def test_a_profile_of_ones_own(tool: Tool, tmp_path_factory: pytest.TempPathFactory) -> None:
    own = tmp_path_factory.mktemp("own") / "own.yaml"
    own.write_text(
        "apiVersion: runai-preflight/v1\nkind: Profile\nextends: runai-2.7\nname: own\n"
        "title: Our own\nremove: [nodes.os-tested]\n"
    )
    assert tool("profiles", "check", own).stdout.startswith(f"{own}: profile own, ")
    shown = yaml.safe_load(tool("profiles", "show", own, "-o", "yaml").stdout)
    ids = [row["id"] for row in shown["requirements"]]
    assert "nodes.os" in ids
    assert "nodes.os-tested" not in ids


def test_explain_tells_what_each_profile_expects(tool: Tool) -> None:
    done = tool("explain", "kubernetes.version")
    assert done.returncode == 0
    for words in ("runai-2020", "runai-2.7", "kubernetes.version"):
        assert words in done.stdout
    assert "runai-2020" not in tool("explain", "kubernetes.version", "--profile", "runai-2.7").stdout


def test_doctor_in_good_health(tool: Tool, simulator: Simulator) -> None:
    done = tool("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"ok"}
    assert "namespace default exists" in done.stdout
    assert "may create, get, list, watch, deletecollection jobs.batch in namespace default" in done.stdout


@pytest.mark.parametrize(
    ("verb", "resource", "code", "told"),
    [
        ("create", "jobs", 2, "FAIL  may not create jobs.batch in namespace default"),
        ("list", "nodes", 0, "warn  may not list nodes in the whole cluster"),
        ("get", "pods/log", 0, "warn  may not get pods/log in namespace default"),
        ("get", "namespaces", 0, "warn  whether namespace default exists may not be asked"),
    ],
)
def test_doctor_finds_a_missing_permission(
    verb: str, resource: str, code: int, told: str, tool: Tool, simulator: Simulator
) -> None:
    simulator.faults.append(Fault.model_validate({"verb": verb, "resource": resource, "status": 403}))
    done = tool("doctor")
    assert done.returncode == code
    assert told in done.stdout.splitlines()


def test_doctor_without_the_namespace(tool: Tool, simulator: Simulator) -> None:
    done = tool("doctor", "-n", "nowhere")
    assert done.returncode == 2
    assert "FAIL  there is no namespace nowhere" in done.stdout
    assert "kubectl create namespace nowhere, or choose another with --namespace" in done.stdout


def test_doctor_without_a_cluster(tool: Tool) -> None:
    done = tool("doctor")
    assert done.returncode == 2
    assert done.stdout.splitlines()[2].startswith("FAIL  There is no kubeconfig: ")


def test_sweep_with_nothing_to_do(tool: Tool, simulator: Simulator) -> None:
    done = tool("sweep")
    assert (done.returncode, done.stdout) == (0, "nothing of any run in namespace default\n")
    named = tool("sweep", "--run", "nope")
    assert (named.returncode, named.stdout) == (0, "nothing of run nope in namespace default\n")


def test_demo_audits_the_cluster_that_is_described(
    tool: Tool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    described = tmp_path_factory.mktemp("described") / "cluster.yaml"
    described.write_text(cluster(*nodes(2)))
    done = tool("demo", "--cluster", described, *READY, "-o", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["coverage"] == {"expected": 2, "answered": 2}
    assert done.stderr.startswith("demo: the nodes are simulated, the probes are processes on this machine\n")


def test_a_demo_with_probes_that_run_as_processes(
    tool: Tool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    described = tmp_path_factory.mktemp("described") / "cluster.yaml"
    described.write_text(cluster(*nodes(1), answering=False))
    done = tool("demo", "--cluster", described, *READY, "-o", "json", "--save-evidence", "evidence.json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["coverage"] == {"expected": 1, "answered": 1}
