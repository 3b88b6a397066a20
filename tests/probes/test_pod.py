"""The three probes share a pod, and one termination log has room for what checks need of all of them."""

import json
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from shared import encode, fit, frame

from tests.probes import servers
from tests.probes.conftest import PROBES, Json, clean_environment, read_frames
from tests.probes.nameservers import Zone, zone_server
from tests.probes.servers import TcpServer

RESOLV_CONF = """nameserver 127.0.0.1
search runai-preflight.svc.cluster.local svc.cluster.local cluster.local
options ndots:5
"""
NODE: Json = {
    "startedAt": 1795294802.003,
    "bootTime": 1795293340.8,
    "os": None,
    "kernel": {"name": "Linux", "release": "5.15.0-1064-azure-nvidia"},
    "architecture": "x86_64",
    "cgroup": {"version": 2, "driver": "systemd", "seenIn": "/proc/self/mountinfo"},
    "runtime": {"name": "containerd", "seenIn": "/proc/self/mountinfo"},
    "nvidiaDriver": {"loaded": True, "version": "535.104.05", "seenIn": "/proc/driver/nvidia/version"},
    "cpus": {"online": 192, "quota": 0.25},
    "memory": {"totalBytes": 2163473002496, "availableBytes": 2123473002496, "swapBytes": 0},
    "disk": {"path": "/", "totalBytes": 4270553174016, "freeBytes": 3838423674880},
    "clock": {"skewSeconds": -0.012, "uncertaintySeconds": 0.062, "reference": "https://172.20.0.1:443"},
}


def resolver(address: str) -> Json:
    outcome = {"code": "answer", "ms": 123.4}
    asked = {"resolver": address, "port": 53, "query": "app.run.ai"}
    return {**asked, "stage": "query", "udp": outcome, "tcp": outcome}


DNS: Json = {
    "nameservers": ["172.20.0.10"],
    "search": [
        "runai-preflight.svc.cluster.local",
        "svc.cluster.local",
        "cluster.local",
        "eu-west-1.compute.internal",
    ],
    "ndots": 5,
    "options": ["ndots:5"],
    "cluster": {
        "name": "kubernetes.default.svc.cluster.local",
        "servers": [{"server": "172.20.0.10", "code": "answer", "ms": 1.4, "addresses": ["172.20.0.1"]}],
        "getaddrinfo": {"code": "answer", "ms": 2.4, "addresses": ["172.20.0.1"]},
    },
    "names": [{"name": "app.run.ai", "code": "answer", "ms": 12.3}],
    "hosts": [],
    "searchCost": {
        "name": "app.run.ai",
        "relative": {"code": "answer", "queries": 10, "ms": 24.1},
        "absolute": {"code": "answer", "queries": 2, "ms": 12.3},
    },
    "resolvers": [resolver("8.8.8.8"), resolver("1.1.1.1"), resolver("dynu.com")],
}
HOSTS = [
    "app.run.ai",
    "runai.jfrog.io",
    "gcr.io",
    "storage.googleapis.com",
    "runai-charts.storage.googleapis.com",
    "nvcr.io",
    "helm.ngc.nvidia.com",
    "registry.k8s.io",
    "quay.io",
    "docker.io",
    "registry-1.docker.io",
    "production.cloudflare.docker.com",
]


def reached(host: str) -> Json:
    way = {"endpoint": f"{host}:443", "via": "direct", "stage": "http", "code": "ok"}
    return {**way, "issuer": "Google Trust Services / WR2", "status": 200}


EGRESS: Json = {
    "trustStore": "/etc/ssl/certs/ca-certificates.crt",
    "endpoints": [reached(host) for host in HOSTS],
}


TYPICAL = {"node": NODE, "dns": DNS, "egress": EGRESS}


def test_typical_results_fit_one_termination_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNAI_PREFLIGHT_RUN", "rp-20261121-204735-a1b2")
    monkeypatch.setenv("RUNAI_PREFLIGHT_TARGET", "ip-10-123-145-167.eu-west-1.compute.internal")
    detail = {"x": "x" * 9000}
    frames = [
        frame(probe, stage="done", seconds=12.345, fault=None, data=data, detail=detail)
        for probe, data in TYPICAL.items()
    ]
    kept = read_frames(fit(frames).decode())
    assert {one["probe"]: one["data"] for one in kept} == TYPICAL
    assert len(encode(kept[2])) < 2200


def shape(value: object) -> object:
    """The fields of a document without what they hold; a list is as its first element."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items() if one is not None and key != "runtime"}
    return [shape(one) for one in value[:1]] if isinstance(value, list) else type(value) is str


def test_a_whole_pod_publishes_just_that(tmp_path: Path, trusted: ssl.SSLContext, ca_file: str) -> None:
    zone: Zone = {"localhost": ["127.0.0.1"], "app.run.ai": ["192.0.2.7"]}
    pod = tmp_path / "probes"
    shutil.copytree(PROBES, pod, ignore=shutil.ignore_patterns("__*"))
    shutil.copy(ca_file, pod / "ca.pem")
    with TcpServer(servers.tls(trusted, servers.http())) as web, zone_server(zone) as (_, port):
        parameters = tmp_path / "parameters.json"
        parameters.write_text(json.dumps(given(tmp_path, web.port, port)))
        process = subprocess.run(
            [sys.executable, "-IS", str(pod / "supervisor.py"), str(parameters)],
            capture_output=True,
            text=True,
            env=clean_environment(
                tmp_path / "log", KUBERNETES_SERVICE_HOST="127.0.0.1", KUBERNETES_SERVICE_PORT=str(web.port)
            ),
            timeout=60,
            check=False,
        )
    assert process.returncode == 0
    log = (tmp_path / "log").read_text()
    kept, whole = read_frames(log), read_frames(process.stdout)
    assert len(log) <= 4096
    assert [one["data"] for one in kept] == [one["data"] for one in whole]
    for one in whole:
        assert one["ok"]
        assert comparable(one["data"]) == comparable(TYPICAL[one["probe"]])


def comparable(data: Json) -> object:
    """The shape, apart from what differs by machine."""
    differing = ("cgroup", "cpus", "nvidiaDriver", "trustStore")
    return shape({key: value for key, value in data.items() if key not in differing})


def given(folder: Path, web: int, port: int) -> Json:
    """Parameters of all three probes: twelve endpoints and three resolvers."""
    (folder / "resolv.conf").write_text(RESOLV_CONF)
    return {
        "node": {"diskPath": "/"},
        "dns": {
            "resolvConf": str(folder / "resolv.conf"),
            "port": port,
            "clusterName": "localhost",
            "names": ["app.run.ai"],
            "resolvers": [{"address": "127.0.0.1", "port": port, "query": "app.run.ai"}] * 3,
        },
        "egress": {"endpoints": [{"host": "localhost", "port": web}] * 12, "caFile": "ca.pem"},
    }
