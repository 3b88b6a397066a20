"""Pods that run as processes: mounts, environment, logs, messages, deadlines and what is left."""

import json
import os
import tempfile
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from orchestrator.simulator.server import Simulator

from .conftest import PODS, Raw, Simulate, cluster, config_map, node, pod, python, until

OpenRaw = Callable[[Simulator], Raw]
ONE_NODE = cluster(node("n1"))
WRITE = "import os; open(os.environ['RUNAI_PREFLIGHT_TERMINATION_LOG'], 'w').write"
LOG = f"{PODS}/probe/log"


def run(simulator: Simulator, call: Raw, body: dict[str, Any]) -> dict[str, Any]:
    """The status of the pod at its end."""
    response = call("POST", PODS, body)
    assert response.status == 201, response.data
    (done,) = until(simulator, "pods", lambda pods: pods[0].fields["status.phase"] in ("Succeeded", "Failed"))
    status: dict[str, Any] = done.view["status"]
    return status


def test_the_status_has_the_shape_of_a_real_one(
    simulate: Simulate, raw: OpenRaw, connect: Callable[[Simulator], client.ApiClient]
) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    run(simulator, call, pod("probe", *python(f"{WRITE}('done')")))
    status = client.CoreV1Api(connect(simulator)).read_namespaced_pod("probe", "default").status
    (container,) = status.container_statuses
    ended = container.state.terminated
    assert (ended.exit_code, ended.reason, ended.message) == (0, "Completed", "done")
    assert ended.started_at <= ended.finished_at
    assert (container.ready, container.restart_count, container.name) == (False, 0, "main")
    conditions = {each.type: (each.status, each.reason) for each in status.conditions}
    assert conditions == {
        "PodScheduled": ("True", None),
        "Initialized": ("True", None),
        "Ready": ("False", "PodCompleted"),
        "ContainersReady": ("False", "PodCompleted"),
    }
    assert ip_address(status.pod_ip) in ip_network("127.64.0.0/10")
    phases = [event.last.fields["status.phase"] for event in simulator.store.collection("pods").events]
    assert sorted(set(phases), key=phases.index) == ["Pending", "Running", "Succeeded"]


def test_mounts_environment_and_arguments_are_translated(simulate: Simulate, raw: OpenRaw) -> None:
    code = (
        "import json, os, sys; print(json.dumps({"
        "'argument': open(sys.argv[1]).read(), 'file': open(os.environ['FILE']).read(),"
        "'labels': open(os.environ['DOWN'] + '/labels').read(), 'scratch': os.listdir(sys.argv[2]),"
        "'env': {k: os.environ.get(k) for k in ('NODE', 'NAME', 'FROM', 'JOINED', 'HOME_OF')}}))"
    )
    body = pod(
        "probe",
        *python(code),
        container={
            "args": ["/probes/a.txt", "/scratch"],
            "envFrom": [{"configMapRef": {"name": "settings"}}],
            "env": [
                {"name": "FILE", "value": "/probes/sub/b.txt"},
                {"name": "DOWN", "value": "/info"},
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['run']"}}},
                {"name": "JOINED", "value": "$(NODE)-$(MISSING)"},
            ],
            "volumeMounts": [
                {"name": "probes", "mountPath": "/probes"},
                {"name": "scratch", "mountPath": "/scratch/"},
                {"name": "info", "mountPath": "/info"},
            ],
        },
        volumes=[
            {"name": "probes", "configMap": {"name": "files", "items": [
                {"key": "a", "path": "a.txt"}, {"key": "b", "path": "sub/b.txt"}]}},
            {"name": "scratch", "emptyDir": {}},
            {"name": "info", "downwardAPI": {"items": [
                {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
        ],
    )  # fmt: skip
    simulator = simulate(
        cluster(node("n1"), config_map("files", a="A", b="B"), config_map("settings", FROM="map"))
    )
    call = raw(simulator)
    status = run(simulator, call, body)
    assert status["phase"] == "Succeeded", call("GET", LOG).data
    assert call("GET", LOG).json() == {
        "argument": "A",
        "file": "B",
        "labels": 'run="r1"',
        "scratch": [],
        "env": {"NODE": "n1", "NAME": "r1", "FROM": "map", "JOINED": "n1-$(MISSING)", "HOME_OF": None},
    }


def test_a_proxy_from_a_secret_and_nothing_of_the_users_environment(
    simulate: Simulate, raw: OpenRaw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERS_OWN", "1")
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "proxy", "namespace": "default"},
        "data": {"HTTPS_PROXY": "aHR0cDovL3Byb3h5OjMxMjg="},
    }
    simulator = simulate(cluster(node("n1"), secret))
    call = raw(simulator)
    show = python("import json, os; print(json.dumps(dict(os.environ)))")
    run(simulator, call, pod("probe", *show, container={"envFrom": [{"secretRef": {"name": "proxy"}}]}))
    environment = call("GET", LOG).json()
    assert environment["HTTPS_PROXY"] == "http://proxy:3128"
    assert set(environment) - {"LC_CTYPE"} == {
        "PATH",
        "HOME",
        "HTTPS_PROXY",
        "RUNAI_PREFLIGHT_TERMINATION_LOG",
    }


@pytest.mark.parametrize(
    ("code", "exit_code", "reason", "message"),
    [
        ("raise SystemExit(3)", 3, "Error", ""),
        ("import os; os.kill(os.getpid(), 9)", 137, "Error", ""),
        (f"{WRITE}('x' * 9 + 'y' * 4096)", 0, "Completed", "y" * 4096),
    ],
)
def test_how_a_process_ends(
    simulate: Simulate, raw: OpenRaw, code: str, exit_code: int, reason: str, message: str
) -> None:
    simulator = simulate(ONE_NODE)
    status = run(simulator, raw(simulator), pod("probe", *python(code)))
    ended = status["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"], ended.get("message", "")) == (exit_code, reason, message)


@pytest.mark.parametrize(("policy", "message"), [("File", None), ("FallbackToLogsOnError", "last words\n")])
def test_the_log_stands_in_for_the_message_when_asked(
    simulate: Simulate, raw: OpenRaw, policy: str, message: str | None
) -> None:
    simulator = simulate(ONE_NODE)
    failing = python("print('last words'); raise SystemExit(1)")
    status = run(
        simulator, raw(simulator), pod("probe", *failing, container={"terminationMessagePolicy": policy})
    )
    assert status["containerStatuses"][0]["state"]["terminated"].get("message") == message


def test_a_command_that_does_not_exist(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    status = run(simulator, raw(simulator), pod("probe", "/no/such/program"))
    ended = status["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
    assert ended["message"] == (
        "failed to start container: [Errno 2] No such file or directory: '/no/such/program'"
    )


def test_a_config_map_that_is_not_there_keeps_the_pod_waiting(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    volumes = [{"name": "probes", "configMap": {"name": "gone"}}]
    call("POST", PODS, pod("probe", *python("pass"), volumes=volumes))
    (event,) = until(simulator, "events", lambda events: bool(events))
    assert (
        event.view["message"] == 'MountVolume.SetUp failed for volume "probes" : configmap "gone" not found'
    )
    response = call("GET", LOG)
    assert (response.status, response.json()["message"]) == (
        400,
        'container "main" in pod "probe" is waiting to start: ContainerCreating',
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"envFrom": [{"secretRef": {"name": "proxy"}}]}, 'secret "proxy" not found'),
        ({"envFrom": [{"configMapRef": {"name": "gone"}}]}, 'configmap "gone" not found'),
    ],
)
def test_an_environment_that_is_not_there(
    simulate: Simulate, raw: OpenRaw, source: dict[str, Any], message: str
) -> None:
    simulator = simulate(ONE_NODE)
    raw(simulator)("POST", PODS, pod("probe", *python("pass"), container=source))
    (event,) = until(simulator, "events", lambda events: bool(events))
    assert event.view["message"] == f"Error: {message}"
    (stuck,) = simulator.store.objects("pods")
    assert stuck.view["status"]["containerStatuses"][0]["state"] == {
        "waiting": {"reason": "CreateContainerConfigError", "message": message}
    }


def test_logs_are_bytes_and_can_be_cut(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    call = raw(simulator)
    binary = r"import sys; sys.stdout.buffer.write(b'one\ntwo\n\xff\xfe\n'); sys.stderr.flush()"
    run(simulator, call, pod("probe", *python(binary)))
    assert call("GET", LOG).data == b"one\ntwo\n\xff\xfe\n"
    assert call("GET", f"{LOG}?limitBytes=5").data == b"one\nt"
    assert call("GET", f"{LOG}?tailLines=1").data == b"\xff\xfe\n"
    assert call("GET", f"{LOG}?container=main").status == 200
    response = call("GET", f"{LOG}?container=other")
    assert (response.status, response.json()["message"]) == (
        400,
        "container other is not valid for pod probe",
    )


def test_a_pod_past_its_deadline_fails(simulate: Simulate, raw: OpenRaw) -> None:
    simulator = simulate(ONE_NODE)
    slow = python("import time; time.sleep(600)")
    status = run(simulator, raw(simulator), pod("probe", *slow, activeDeadlineSeconds=1))
    assert (status["phase"], status["reason"], status["message"]) == (
        "Failed",
        "DeadlineExceeded",
        "Pod was active on the node longer than the specified deadline",
    )
    assert status["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137


def test_nothing_is_left_when_the_simulator_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, describe: Callable[[str], Any], raw: OpenRaw
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    Path(tempfile.tempdir or "").mkdir()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = (
        "import subprocess, sys, time;"
        f"pipe = open({str(pipe)!r}, 'w');"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(600)'];"
        "subprocess.Popen(sleep, start_new_session=True, pass_fds=[pipe.fileno()]);"
        "pipe.write('up'); pipe.flush(); time.sleep(600)"
    )
    with Simulator(describe(ONE_NODE)) as simulator:
        raw(simulator)("POST", PODS, pod("probe", *python(code)))
        held = pipe.open()
        assert held.read(2) == "up"
    with held:
        assert held.read() == ""  # the end only comes when the process and its child are gone
    assert list(Path(tempfile.tempdir or "").iterdir()) == []


def test_results_by_rule_need_no_process(simulate: Simulate, raw: OpenRaw) -> None:
    results = [
        {"match": {"job": "probe"}, "probe": "gpu", "data": {"count": 8}},
        {"match": {"node": "n*"}, "probe": "node", "data": {"kernel": "5.15"}},
        {"match": {"node": "other"}, "probe": "dns", "data": {}},
    ]
    simulator = simulate(cluster(node("n1"), results=results), run_probes=False)
    call = raw(simulator)
    env = [
        {"name": "RUNAI_PREFLIGHT_RUN", "value": "r1"},
        {"name": "RUNAI_PREFLIGHT_TARGET", "value": "n1"},
        {"name": "RUNAI_PREFLIGHT_PROBES", "value": "node,dns,gpu"},
    ]
    status = run(simulator, call, pod("probe", container={"env": env}))
    lines = call("GET", LOG).data.decode().splitlines()
    assert lines[0] == (
        'runai-preflight-result: {"schema":1,"probe":"node","run":"r1","target":"n1","ok":true,'
        '"stage":"done","seconds":0.1,"error":null,"data":{"kernel":"5.15"}}'
    )
    assert [json.loads(line.partition(" ")[2])["probe"] for line in lines] == ["node", "gpu"]
    message = status["containerStatuses"][0]["state"]["terminated"]["message"]
    assert message.splitlines() == lines
