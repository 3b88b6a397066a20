"""`audit`: exit codes, what goes where, and evidence that can be judged again."""

import json
from pathlib import Path

import pytest
import yaml

from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator
from tests.cli.conftest import Tool, failed
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, node

READY = ("--only", "nodes.ready")
PROBED = (*READY, "--only", "dns.cluster")
VERSION = ("--only", "kubernetes.version")  # required, and the cluster's is too new


def forbid(simulator: Simulator, verb: str, resource: str) -> None:
    simulator.faults.append(Fault.model_validate({"verb": verb, "resource": resource, "status": 403}))


def ours(simulator: Simulator) -> list[str]:
    return [each.name for kind in ("jobs", "pods", "configmaps") for each in simulator.store.objects(kind)]


def test_0_when_nothing_required_fails(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *PROBED, "-o", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"] == {"pass": 4, "warn": 0, "fail": 0, "skip": 0, "unknown": 0}
    assert report["coverage"] == {"expected": 4, "answered": 4}
    assert report["cleanup"] == {"created": 6, "confirmedGone": 6, "left": [], "message": ""}
    assert ours(simulator) == []
    assert done.stderr.splitlines()[-1] == "[2/2] answered"


@pytest.mark.parametrize(("form", "mode"), [("text", 0o600), ("json", 0o644)])
def test_what_holds_the_evidence_is_for_its_owner_only(
    form: str, mode: int, tool: Tool, simulator: Simulator, tmp_path: Path
) -> None:
    tool("audit", *READY, "--no-probes", "-o", form, "--output-file", "report")
    assert (tmp_path / "report").stat().st_mode & 0o777 == mode


def test_1_when_something_required_fails(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *VERSION, "--no-probes", "-o", "json")
    assert done.returncode == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["status"], finding["severity"]) == ("fail", "required")
    assert simulator.requests["create", "jobs"] == 0


@pytest.mark.parametrize(("fail_on", "code"), [("fail", 0), ("warn", 1), ("never", 0)])
def test_what_makes_the_exit_code_1_can_be_chosen(
    fail_on: str,
    code: int,
    tool: Tool,
    start_simulator: StartSimulator,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    simulator = start_simulator(cluster(node("n1"), node("n2", unschedulable=True)))
    environment["KUBECONFIG"] = str(simulator.kubeconfig(tmp_path / "kubeconfig"))
    done = tool("audit", *READY, "--no-probes", "--fail-on", fail_on, "-o", "json")
    assert json.loads(done.stdout)["summary"]["warn"] == 1
    assert done.returncode == code


def test_a_profile_that_asks_no_probe_runs_none(tool: Tool, simulator: Simulator) -> None:
    report = json.loads(tool("audit", *VERSION, "-o", "json").stdout)
    assert (report["ledger"], report["run"]["shape"]) == ([], "none")
    assert simulator.requests["create", "jobs"] == 0


def test_never_means_never(tool: Tool, simulator: Simulator) -> None:
    assert tool("audit", *VERSION, "--no-probes", "--fail-on", "never").returncode == 0


def test_3_when_something_required_is_unknown(tool: Tool, simulator: Simulator) -> None:
    forbid(simulator, "list", "nodes")
    done = tool("audit", "--only", "nodes.os", "-o", "json")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    (finding,) = report["findings"]
    assert finding["status"] == "unknown"
    assert finding["message"].startswith("could not list nodes: Could not list nodes: Forbidden (403)")
    assert [(unread["verb"], unread["resource"]) for unread in report["unread"]] == [("list", "nodes")]


@pytest.mark.parametrize(
    ("verb", "resource", "unread"),
    [("list", "namespaces", ["namespaces"]), ("get", "pods/log", []), ("list", "events", [])],
)
def test_without_a_permission_that_is_not_needed_the_rest_goes_on(
    verb: str, resource: str, unread: list[str], tool: Tool, simulator: Simulator
) -> None:
    forbid(simulator, verb, resource)
    done = tool("audit", *PROBED, "-o", "json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert [each["resource"] for each in report["unread"]] == unread
    assert report["coverage"] == {"expected": 4, "answered": 4}


def test_without_a_needed_permission_every_cell_says_so(tool: Tool, simulator: Simulator) -> None:
    forbid(simulator, "create", "jobs")
    done = tool("audit", "--only", "dns.cluster", "-o", "json")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert {cell["reason"] for cell in report["ledger"]} == {"Forbidden"}
    assert {finding["status"] for finding in report["findings"]} == {"unknown"}
    for finding in report["findings"]:
        assert "cannot create jobs" in finding["message"]


def test_4_when_something_is_left_and_it_is_named(tool: Tool, simulator: Simulator) -> None:
    forbid(simulator, "deletecollection", "*")
    done = tool("audit", *PROBED, "-o", "json")
    assert done.returncode == 4
    cleanup = json.loads(done.stdout)["cleanup"]
    assert sorted(ref["name"] for ref in cleanup["left"]) == sorted(ours(simulator))
    assert "Could not deletecollection jobs" in cleanup["message"]


def test_the_table_names_what_is_left(tool: Tool, simulator: Simulator) -> None:
    forbid(simulator, "deletecollection", "*")
    done = tool("audit", *PROBED)
    assert done.returncode == 4
    assert "left behind: " in done.stdout
    assert "runai-preflight sweep" in done.stdout


@pytest.mark.parametrize("form", ["table", "json", "yaml", "text"])
def test_stdout_carries_the_report_and_nothing_else(form: str, tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *READY, "--no-probes", "-o", form)
    assert done.returncode == 0
    assert done.stderr.splitlines() == ["2 nodes, Kubernetes v1.27.3"]
    if form in ("json", "yaml"):
        assert yaml.safe_load(done.stdout)["kind"] == "Report"
    else:
        assert "\x1b" not in done.stdout
        assert "nodes.ready" in done.stdout


def test_saved_evidence_gives_the_same_findings_again(
    tool: Tool, simulator: Simulator, tmp_path: Path
) -> None:
    done = tool("audit", "-o", "json", "--save-evidence", "evidence.json", "--output-file", "report.json")
    assert (done.returncode, done.stdout) == (1, "")
    evidence, report = tmp_path / "evidence.json", tmp_path / "report.json"
    assert evidence.stat().st_mode & 0o777 == 0o600
    again = tool("evaluate", evidence, "-o", "json")
    assert (again.returncode, again.stdout) == (1, report.read_text())
    from_stdin = tool("evaluate", "-", "-o", "json", stdin=evidence.read_text())
    assert from_stdin.stdout == report.read_text()
    rendered = tool("report", report, "-o", "json")
    assert (rendered.returncode, rendered.stdout) == (1, report.read_text())
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "evidence.json",
        "kubeconfig",
        "report.json",
        "simulated.yaml",
    ]


def test_evidence_can_be_judged_by_another_profile(tool: Tool, simulator: Simulator) -> None:
    tool("audit", *PROBED, "--save-evidence", "evidence.json")
    done = tool(
        "evaluate", "evidence.json", "--profile", "runai-2020", "-o", "json", "--only", "kubernetes.version"
    )
    assert json.loads(done.stdout)["profile"]["name"] == "runai-2020"


def test_a_report_that_is_written_elsewhere_replaces_the_old_one(
    tool: Tool, simulator: Simulator, tmp_path: Path
) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    done = tool("audit", *READY, "--no-probes", "-o", "json", "--output-file", "link.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["kind"] == "Report"


def test_a_report_can_be_written_to_a_device(process: Tool, simulator: Simulator) -> None:
    done = process("audit", *READY, "--no-probes", "-o", "json", "--output-file", "/dev/stdout")
    assert json.loads(done.stdout)["kind"] == "Report"
    assert Path("/dev/stdout").exists()


@pytest.mark.parametrize("option", ["--output-file", "--save-evidence"])
def test_what_cannot_be_written_is_told_before_the_run(option: str, tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *READY, option, "missing/report.json")
    failed(
        done,
        "missing/report.json: cannot be written: its folder is missing or read-only, or it is one itself",
    )
    assert sum(simulator.requests.values()) == 0


def test_the_wrong_cloud_is_refused_before_anything_is_created(tool: Tool, simulator: Simulator) -> None:
    done = tool("audit", *READY, "--cloud", "eks")
    assert done.returncode == 2
    assert done.stdout == ""
    told = done.stderr.splitlines()
    assert told[0] == "2 nodes, Kubernetes v1.27.3"
    assert told[1].startswith("error: --cloud says eks, but the cluster is ")
    assert told[2] == "hint: check --context, or leave --cloud out"
    assert simulator.requests["create", "jobs"] == 0


def test_a_cluster_without_nodes(tool: Tool, start_simulator: StartSimulator, tmp_path: Path) -> None:
    simulator = start_simulator(cluster())
    done = tool("audit", *PROBED, KUBECONFIG=str(simulator.kubeconfig(tmp_path / "kubeconfig")))
    assert done.stderr.splitlines() == ["0 nodes, Kubernetes v1.27.3"]
    assert "no probe was run" in done.stdout
    assert "nothing was created" in done.stdout


def test_plan_and_render_create_nothing_and_agree(tool: Tool, simulator: Simulator) -> None:
    plan = json.loads(tool("plan", *PROBED, "-o", "json").stdout)
    objects = list(yaml.safe_load_all(tool("render", *PROBED).stdout))
    assert [obj["kind"] for obj in objects] == ["Job", "ConfigMap", "Job", "Job"]
    assert plan["estimate"]["objects"] == 6
    assert [unit["target"]["name"] for unit in plan["units"]] == ["n1", "n2"]
    assert ours(simulator) == []
    assert {verb for verb, _ in simulator.requests} == {"list"}


def test_plan_and_render_work_from_evidence_alone(tool: Tool, simulator: Simulator) -> None:
    tool("audit", *READY, "--no-probes", "--save-evidence", "evidence.json")
    simulator.requests.clear()
    table = tool("plan", "--evidence", "evidence.json", *PROBED, "-n", "elsewhere")
    assert table.returncode == 0
    assert "in namespace elsewhere, image docker.io/library/python:3.12-slim" in table.stdout
    assert "node on 2 targets" in table.stdout
    objects = list(yaml.safe_load_all(tool("render", "--evidence", "evidence.json", *PROBED).stdout))
    assert {obj["metadata"]["namespace"] for obj in objects} == {"default"}
    assert not simulator.requests
