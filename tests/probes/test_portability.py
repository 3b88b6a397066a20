"""The probes as every stock Python image from 3.8 on will meet them, and as one pod publishes them."""

import ast
import sys
from pathlib import Path

import pytest
from shared import MARK, fit, frame

from tests.probes.conftest import PROBES, Json, read_frames

FILES = sorted(PROBES.glob("*.py"))
OURS = {path.stem for path in FILES}
CHEAP = {"__future__", "base64", "calendar", "functools", "ipaddress", "json", "math", "os", "re", "signal"}
CHEAP |= {"socket", "ssl", "subprocess", "sys", "threading", "time", "urllib"}
TYPES_ONLY = "TYPE_CHECKING"


def imported(tree: ast.AST) -> set[str]:
    """The top-level modules that are imported when the file runs."""
    names = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == TYPES_ONLY:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
        names |= imported(node)
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_python_3_8_reads_it(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_imports_only_what_is_cheap_and_everywhere(path: Path) -> None:
    assert imported(ast.parse(path.read_text())) <= CHEAP | OURS
    assert sys.stdlib_module_names >= CHEAP


@pytest.mark.parametrize("name", ["asyncio", "http", "logging", "typing", "argparse", "dataclasses"])
def test_what_is_dear_would_be_seen(name: str) -> None:
    assert name not in CHEAP | OURS
    assert imported(ast.parse(f"def f():\n    import {name}.x")) == {name}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_evaluates_no_annotation(path: Path) -> None:
    imports = [node.module for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom)]
    assert path.stem == "__init__" or imports[0] == "__future__"


NODE: Json = {
    "startedAt": 1795294802.003,
    "bootTime": 1795293340.8,
    "os": None,
    "kernel": {"name": "Linux", "release": "5.15.0-1064-azure-nvidia"},
    "architecture": "x86_64",
    "cgroup": {"version": 2, "driver": "systemd", "seenIn": "/proc/self/mountinfo"},
    "runtime": {"name": "containerd", "seenIn": "/proc/self/mountinfo"},
    "cpus": {"online": 192, "quota": 0.25},
    "memory": {"totalBytes": 2163473002496, "availableBytes": 2123473002496, "swapBytes": 0},
    "disk": {"path": "/", "totalBytes": 4270553174016, "freeBytes": 3838423674880},
    "clock": {"skewSeconds": -0.012, "uncertaintySeconds": 0.062, "reference": "https://172.20.0.1:443"},
}


def resolver(address: str) -> Json:
    outcome = {"code": "answer", "ms": 123.4}
    return {"resolver": address, "query": "app.run.ai", "stage": "query", "udp": outcome, "tcp": outcome}


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
    return {**way, "issuer": "Google Trust Services", "status": 200}


EGRESS: Json = {
    "trustStore": "/etc/ssl/certs/ca-certificates.crt",
    "endpoints": [reached(host) for host in HOSTS],
}


def test_the_three_fit_one_termination_log_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNAI_PREFLIGHT_RUN", "rp-20261121-204735-a1b2")
    monkeypatch.setenv("RUNAI_PREFLIGHT_TARGET", "ip-10-123-145-167.eu-west-1.compute.internal")
    frames = [
        frame(probe, stage="done", seconds=12.345, fault=None, data=data, detail={"x": "x" * 9000})
        for probe, data in (("node", NODE), ("dns", DNS), ("egress", EGRESS))
    ]
    kept = read_frames(fit(frames).decode())
    assert [(one["data"], one["reduced"]) for one in kept] == [(one["data"], True) for one in frames]
    sizes = {one["probe"]: len(MARK + str(one)) for one in kept}
    assert sizes["egress"] < 2200
