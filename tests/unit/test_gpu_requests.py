"""Which pods of GPU nodes ask for GPUs, as the API tells of them."""

from pathlib import Path
from typing import Any

import pytest

from orchestrator.inventory.model import Inventory
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.connect import ConnectOptions, connect
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, node

Json = dict[str, Any]
NAME = "gpu-requests"
GPU_NODE = node("g1", labels={"nvidia.com/gpu.present": "true"})


def pod(
    name: str,
    *gpus: int,
    init: int = 0,
    on: str = "g1",
    phase: str = "Running",
    annotations: dict[str, str] | None = None,
) -> Json:
    """One with a container for each of these numbers of GPUs."""
    containers = [_container(str(number), count) for number, count in enumerate(gpus or (0,))]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "team", "annotations": annotations or {}},
        "spec": {
            "nodeName": on,
            "containers": containers,
            "initContainers": [_container("init", init)] if init else [],
        },
        "status": {"phase": phase},
    }


def _container(name: str, gpus: int) -> Json:
    limits = {"nvidia.com/gpu": str(gpus), "memory": "1Gi"} if gpus else {}
    return {"name": name, "image": "any", "resources": {"limits": limits}}


def read(simulator: Simulator, tmp_path: Path) -> Inventory:
    with connect(ConnectOptions(kubeconfig=simulator.kubeconfig(tmp_path / "config"))) as api:
        return read_inventory(api, lambda _: {NAME})[1]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (pod("none"), []),
        (pod("ended", 8, phase="Succeeded"), []),
        (pod("failed", 8, phase="Failed"), []),
        (pod("elsewhere", 8, on="c1"), []),
        (pod("pending", 1, phase="Pending"), [{"name": "pending", "gpus": {"nvidia.com/gpu": 1}}]),
        (pod("two", 1, 2), [{"name": "two", "gpus": {"nvidia.com/gpu": 3}}]),
        (pod("first", 1, init=4), [{"name": "first", "gpus": {"nvidia.com/gpu": 4}}]),
        (pod("then", 1, 2, init=2), [{"name": "then", "gpus": {"nvidia.com/gpu": 3}}]),
        (pod("part", annotations={"gpu-fraction": "0.5"}), [{"name": "part", "gpus": {}, "fraction": True}]),
        (
            pod("part", annotations={"nvidia.com/container.main.gpu-memory.request": "8Gi"}),
            [{"name": "part", "gpus": {}, "fraction": True}],
        ),
    ],
    ids=lambda value: value["metadata"]["name"] if isinstance(value, dict) else "",
)
def test_what_pods_ask_for(
    found: Json, told: list[Json], start_simulator: StartSimulator, tmp_path: Path
) -> None:
    simulator = start_simulator(cluster(GPU_NODE, node("c1"), found))
    expected = tuple({"node": "g1", "namespace": "team", **each} for each in told)
    assert read(simulator, tmp_path).objects[NAME] == expected


def test_what_may_not_be_listed_is_not_free(start_simulator: StartSimulator, tmp_path: Path) -> None:
    simulator = start_simulator(cluster(GPU_NODE))
    simulator.faults.append(Fault.model_validate({"verb": "list", "resource": "pods", "status": 403}))
    inventory = read(simulator, tmp_path)
    assert NAME not in inventory.objects
    assert inventory.missing(NAME)
