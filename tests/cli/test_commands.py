"""The commands beside `audit`."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from orchestrator.cli.main import app
from orchestrator.profile.load import shipped_names
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Tool, failed
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes

READY = ("--only", "nodes.ready")
PROBED = (*READY, "--only", "dns.cluster")


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile that has the egress probe try this machine alone, where nobody listens."""
    path = tmp_path_factory.mktemp("here") / "here.yaml"
    path.write_text(
        "apiVersion: runai-preflight/v1\nkind: Profile\nname: here\ntitle: Here\nreleased: 2022-07\n"
        "document: A document\nrequirements:\n"
        "- {id: nodes.ready, title: Ready, check: nodes-ready, source: {section: S},\n"
        "   remedy: {text: Mend it.}}\n"
        "- {id: egress.here, title: Here, check: endpoint, severity: recommended, source: {section: S},\n"
        "   expect: {host: 127.0.0.1, port: 9, protocol: tcp, during: [run]}, remedy: {text: Mend it.}}\n"
    )
    return path


def test_host_runs_the_probes_here(tool: Tool, here: Path) -> None:
    done = tool("host", "-p", here, "-o", "json", "--save-evidence", "evidence.json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert report["run"]["shape"] == "processes"
    assert [(cell["probe"], cell["outcome"]) for cell in report["ledger"]] == [
        ("egress", "answered"),
        ("node", "answered"),
    ]
    name = socket.gethostname()
    assert {tuple(cell["target"].values()) for cell in report["ledger"]} == {("Host", name)}
    assert [(finding["status"], finding["message"]) for finding in report["findings"]] == [
        ("skip", "does not apply: this run looked at no cluster"),
        ("warn", "127.0.0.1:9, needed at run time, is not reached (direct: refused at tcp)"),
    ]
    again = tool("evaluate", "evidence.json", "-p", here, "-o", "json")
    assert json.loads(again.stdout) == report


def test_host_runs_nothing_where_nothing_is_asked(tool: Tool) -> None:
    done = tool("host", *READY, "-o", "json")
    assert (done.returncode, json.loads(done.stdout)["ledger"]) == (0, [])


def test_host_needs_as_much_time_as_an_audit(tool: Tool) -> None:
    message = "--timeout 40 is too short for probes that may take 30 s each"
    failed(tool("host", "--timeout", "40"), message, "give at least 50")


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
    assert {line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")} == {"ok"}
    assert "namespace default exists" in done.stdout
    assert "may create, get, list, watch, deletecollection jobs.batch in namespace default" in done.stdout


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("python", "docker.io"),
        ("library/python:3.12", "docker.io"),
        ("registry.example:5000/a/b_c:1.0", "registry.example:5000"),
        ("localhost/python@sha256:" + "0" * 64, "localhost"),
    ],
)
def test_doctor_says_what_can_be_known_of_an_image(
    image: str, registry: str, tool: Tool, simulator: Simulator
) -> None:
    lines = tool("doctor", "--image", image).stdout.splitlines()
    assert lines[-2:] == [
        f"ok    probes run in image {image}, from {registry}",
        "      only an audit tells whether the nodes can pull it: doctor runs nothing",
    ]


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
    done = tool("demo", "--cluster", described, *PROBED, "-o", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["coverage"] == {"expected": 4, "answered": 4}
    assert done.stderr.startswith("demo: the nodes are simulated, the probes are processes on this machine\n")


def test_a_demo_with_probes_that_run_as_processes(
    tool: Tool, here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    described = tmp_path_factory.mktemp("described") / "cluster.yaml"
    described.write_text(cluster(*nodes(1), answering=False))
    done = tool("demo", "--cluster", described, "-p", here, "-o", "json", "--save-evidence", "evidence.json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["coverage"] == {"expected": 2, "answered": 2}


def test_every_mistake_of_profiles_of_ones_own_is_told(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("extends: runai-2.7\nname: x\nbogus: 1\ntitle: 2\n")
    done = tool("profiles", "check", "bad.yaml", "absent.yaml", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(done.stderr.splitlines()) == [
        "error: .: cannot be read: Is a directory",
        "error: absent.yaml: cannot be read: No such file or directory",
        "error: bad.yaml:3: bogus: there is no such field",
        "error: bad.yaml:4: title: Input should be a valid string",
    ]


def test_what_a_profile_expects_is_shown_in_words(tool: Tool) -> None:
    lines = tool("profiles", "show", "runai-2.7").stdout.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("nodes.runtime  "))
    assert lines[begin + 1].startswith("Expects  runtimes docker, containerd (set operator.defaultRuntime=")


@pytest.mark.parametrize("command", ["plan", "render"])
def test_without_the_nodes_there_is_nothing_to_plan(
    command: str, tool: Tool, start_simulator: StartSimulator, tmp_path: Path
) -> None:
    refusing = start_simulator(cluster(faults=[{"verb": "list", "resource": "nodes", "status": 403}]))
    done = tool(command, KUBECONFIG=str(refusing.kubeconfig(tmp_path / "refused")))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: there is nothing to plan for without the nodes: Could not list nodes: "
    )


def test_an_audit_of_some_requirements_says_so(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", "--no-probes", "--only", "nodes.os")
    assert done.stdout.startswith("READY, as far as judged: 1 of 1 requirement passes; ")
    assert " more left out by --only nodes.os" in done.stdout.splitlines()[-2]


@pytest.mark.parametrize(
    ("names", "parameter", "typed", "offered"),
    [
        (["audit"], "feature", "no-prod", "no-production"),
        (["audit"], "profile", "al", "all"),
        (["profiles", "show"], "profile", "runai-2.7", "runai-2.7"),
    ],
)
def test_completion(names: list[str], parameter: str, typed: str, offered: str) -> None:
    command: Any = get_command(app)
    for name in names:
        command = command.commands[name]
    (completed,) = (each for each in command.params if each.name == parameter)
    assert [item.value for item in completed.shell_complete(command.context_class(command), typed)] == [
        offered
    ]
