"""The check `node-os`."""

import pytest
from pydantic import ValidationError

from orchestrator.inventory.model import Resource
from tests.unit.builders import CLUSTER, cluster, judge, node, row, verdict

LINUX = row("node-os", {"title": "Linux"})
UBUNTU = row("node-os", {"title": "Ubuntu", "images": ["^ubuntu", "^debian"]})
WINDOWS = {"operatingSystem": "windows", "osImage": "Windows Server 2022"}
COS = {"osImage": "Container-Optimized OS from Google"}


def test_any_linux_will_do() -> None:
    assert judge(LINUX, cluster(node(info=COS))) == [
        verdict("pass", "n1", f"runs {COS['osImage']}", COS["osImage"], "Linux")
    ]


def test_one_linux_will_do() -> None:
    assert judge(UBUNTU, cluster(node(), node("n2", info=COS))) == [
        verdict("pass", "n1", "runs Ubuntu 20.04.6 LTS", "Ubuntu 20.04.6 LTS", "Ubuntu"),
        verdict("fail", "n2", f"runs {COS['osImage']}; expected: Ubuntu", COS["osImage"], "Ubuntu"),
    ]


def test_a_windows_node_among_linux_nodes() -> None:
    message = "runs windows (Windows Server 2022), where Run:ai does not run"
    seen = cluster(node("w1", info=WINDOWS), node())
    assert judge(LINUX, seen)[0] == verdict("warn", "w1", message, "Windows Server 2022", "Linux")
    assert [found.subject.name for found in judge(UBUNTU, seen)] == ["n1"]


def test_virtual_nodes_are_left_out() -> None:
    virtual = node("v", labels={"type": "virtual-kubelet"}, info={"osImage": ""})
    for row_ in (LINUX, UBUNTU):
        assert [found.subject.name for found in judge(row_, cluster(virtual, node()))] == ["n1"]


def test_windows_nodes_only() -> None:
    assert judge(LINUX, cluster(node("w1", info=WINDOWS)))[0] == verdict(
        "fail", CLUSTER, "no node runs linux", expected="Linux"
    )


def test_a_node_that_reports_nothing() -> None:
    assert judge(LINUX, cluster(node(info={"operatingSystem": "", "osImage": ""}))) == [
        verdict("unknown", "n1", "the node reports no operating system", "", "Linux")
    ]


def test_a_cluster_without_nodes() -> None:
    assert judge(LINUX, cluster()) == [verdict("fail", CLUSTER, "no node runs linux", expected="Linux")]


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(
        ValidationError, match=r"'\[' is not a regular expression: unterminated character set"
    ):
        row("node-os", {"title": "?", "images": ["["]})


def test_gpu_nodes_only() -> None:
    of_gpus = row("node-os", {"title": "Ubuntu", "images": ["^ubuntu"], "gpuOnly": True})
    gpu = node("g1", info=COS, capacity={"nvidia.com/gpu": "1"})
    message = f"runs {COS['osImage']}; expected: Ubuntu"
    assert judge(of_gpus, cluster(node(info=COS), gpu)) == [
        verdict("fail", "g1", message, COS["osImage"], "Ubuntu")
    ]
    assert judge(of_gpus, cluster(node(info=COS))) == [
        verdict("skip", CLUSTER, "does not apply: no node shows a GPU")
    ]


def test_what_it_reads() -> None:
    assert LINUX.reads() == (Resource.NODES,)
