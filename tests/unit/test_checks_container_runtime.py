"""The check `container-runtime`."""

from orchestrator.inventory.model import Resource
from tests.unit.builders import cluster, judge, node, row, verdict

ROW = row("container-runtime", {"runtimes": {"docker": "", "containerd": "set defaultRuntime"}})
KNOWN = ["containerd", "docker"]


def reporting(name: str, runtime: str, system: str = "linux") -> object:
    info = {"containerRuntimeVersion": runtime, "operatingSystem": system}
    return judge(ROW, cluster(node(name, info=info)))


def test_a_runtime_that_is_known() -> None:
    assert reporting("n1", "docker://20.10.17") == [
        verdict("pass", "n1", "the container runtime is docker://20.10.17", "docker://20.10.17", KNOWN)
    ]


def test_a_runtime_that_is_known_with_a_note() -> None:
    assert reporting("n1", "containerd://1.6.6") == [
        verdict(
            "pass",
            "n1",
            "the container runtime is containerd://1.6.6: set defaultRuntime",
            "containerd://1.6.6",
            KNOWN,
        )
    ]


def test_a_runtime_that_is_not_known() -> None:
    assert reporting("n1", "cri-o://1.24.1") == [
        verdict("fail", "n1", "the container runtime is cri-o://1.24.1", "cri-o://1.24.1", KNOWN)
    ]


def test_a_node_that_reports_none() -> None:
    assert reporting("n1", "") == [
        verdict("unknown", "n1", "the node reports no container runtime", "", KNOWN)
    ]


def test_windows_nodes_are_left_out() -> None:
    assert reporting("w1", "containerd://1.6.6", "windows") == []


def test_virtual_nodes_are_left_out() -> None:
    virtual = node("v", labels={"type": "virtual-kubelet"}, info={"containerRuntimeVersion": ""})
    assert judge(ROW, cluster(virtual)) == []


def test_what_it_reads() -> None:
    assert ROW.reads() == (Resource.NODES,)
