"""The probes that need more than a node: each other, a volume, a GPU, the kubelet's own pull."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.devcluster.cluster import Cluster
from tests.e2e.driver import Answer, Driver
from tests.e2e.gpus import offering_gpus, push_gpu_image

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

HERE = Path(__file__).parent
VOLUME = HERE / "shared_volume.yaml"
FOLDER = Path("/tmp/runai-preflight-shared")


def observed(evidence: Path, probe: str) -> dict[str, Any]:
    """What the probe saw, by target."""
    found = json.loads(evidence.read_text())["observations"]
    return {each["target"]["name"]: each["data"] for each in found if each["probe"] == probe}


def assert_nothing_left(answer: Answer) -> None:
    cleanup = answer.report["cleanup"]
    assert (cleanup["left"], cleanup["message"]) == ([], "")
    assert cleanup["created"] == cleanup["confirmedGone"] > 0


def test_every_node_reaches_every_other(own_cluster: Cluster, driver: Driver, tmp_path: Path) -> None:
    evidence = tmp_path / "evidence.json"
    answer = driver.audit("--only", "network.*", "--save-evidence", str(evidence))
    assert answer.statuses == {
        "network.nodes": {"pass"},
        "network.mtu": {"pass"},
        "network.clock": {"pass"},
        "network.service": {"pass"},
    }
    seen = observed(evidence, "mesh")
    assert {name: (data["members"], data["reached"]) for name, data in seen.items()} == {
        "node-1": (2, 1),
        "node-2": (2, 1),
    }
    assert_nothing_left(answer)


@pytest.fixture
def shared_class(driver: Driver) -> Iterator[str]:
    """A StorageClass with a volume that both nodes can mount."""
    FOLDER.mkdir()
    FOLDER.chmod(0o777)  # whoever runs there may write, as on most exports
    driver.kubectl("apply", "--filename", str(VOLUME))
    yield "shared"
    driver.kubectl("delete", "--filename", str(VOLUME), "--ignore-not-found")
    shutil.rmtree(FOLDER, ignore_errors=True)


def test_two_nodes_share_a_volume_that_is_gone_at_the_end(
    own_cluster: Cluster, driver: Driver, shared_class: str
) -> None:
    answer = driver.audit("--only", "storage.*", "--storage-class", shared_class)
    shared = {"storage.shared-by-nodes", "storage.mounts", "storage.locks", "storage.consistency"}
    assert {name: answer.statuses[name] for name in shared} == {name: {"pass"} for name in shared}
    assert_nothing_left(answer)
    assert driver.kubectl("get", "persistentvolumes,persistentvolumeclaims", "--output=name") == ""


def test_a_claim_that_is_there_stays_as_it_was(
    own_cluster: Cluster, driver: Driver, shared_class: str
) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "default"},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": shared_class,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    own_cluster.kubectl("apply", "--filename=-", stdin=json.dumps(claim))
    shared = Path("/tmp/runai-preflight-shared")
    shared.mkdir(mode=0o777, exist_ok=True)
    shared.chmod(0o777)
    try:
        (shared / "kept").write_text("somebody's work")
        answer = driver.audit("--only", "storage.shared-by-nodes", "--claim", "data")
        assert answer.statuses["storage.shared-by-nodes"] == {"pass"}
        assert [path.name for path in FOLDER.iterdir()] == ["kept"]
        assert_nothing_left(answer)
        assert driver.kubectl("get", "persistentvolumeclaims", "--output=name").split() == [
            "persistentvolumeclaim/data"
        ]
    finally:
        driver.kubectl("delete", "persistentvolumeclaim", "data")


def test_a_class_without_a_volume_to_give_is_said_and_leaves_nothing(
    own_cluster: Cluster, driver: Driver
) -> None:
    answer = driver.audit(
        "--only", "storage.shared-by-nodes", "--storage-class", "nobody", "--timeout", "180"
    )
    cells = [cell for cell in answer.report["ledger"] if cell["probe"] == "storage"]
    assert {(cell["outcome"], cell["reason"]) for cell in cells} == {("unanswered", "Unschedulable")}
    assert all("PersistentVolumeClaim" in cell["message"] for cell in cells), cells
    assert answer.statuses["storage.shared-by-nodes"] == {"unknown"}
    assert_nothing_left(answer)


def test_a_gpu_computes_and_is_shared(own_cluster: Cluster, driver: Driver, tmp_path: Path) -> None:
    """The driver's library is a stand-in; the scheduler, the kubelet and the processes are real."""
    image = push_gpu_image(
        own_cluster,
        tmp_path,
        STUB_CUDA="devices=1 total_mb=16384",
        STUB_CUDA_LEDGER="/dev/shm/gpu",
        STUB_NVML="devices=1",
    )
    evidence = tmp_path / "evidence.json"
    with offering_gpus(own_cluster, "node-1", 1):
        answer = driver.audit(
            *("--only", "gpu.*", "--probe", "cuda", "--image", image, "--save-evidence", str(evidence))
        )
    assert answer.statuses["gpu.computes"] == {"pass"}, answer.report["findings"]
    assert answer.statuses["gpu.shares"] == {"pass"}, answer.report["findings"]
    assert observed(evidence, "cuda").keys() == observed(evidence, "gpu").keys() == {"node-1"}
    assert_nothing_left(answer)


def test_a_gpu_that_somebody_has_asked_for_is_left_alone(own_cluster: Cluster, driver: Driver) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "workload", "namespace": "default"},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {
                    "name": "work",
                    "image": own_cluster.image,
                    "command": ["python3", "-c", "import signal; signal.pause()"],
                    "resources": {"limits": {"nvidia.com/gpu": 1}},
                }
            ],
        },
    }
    with offering_gpus(own_cluster, "node-1", 1):
        own_cluster.kubectl("apply", "--filename=-", stdin=json.dumps(pod))
        try:
            own_cluster.kubectl("wait", "--for=condition=PodScheduled", "pod/workload", "--timeout=60s")
            answer = driver.audit("--only", "gpu.computes", "--probe", "cuda")
        finally:
            driver.kubectl("delete", "pod", "workload")
    (cell,) = [cell for cell in answer.report["ledger"] if cell["probe"] == "cuda"]
    assert (cell["outcome"], cell["reason"]) == ("unanswered", "GPUBusy")
    assert cell["message"] == "GPU busy: all 1 are taken by default/workload"


def test_the_kubelets_pull_is_the_answer(own_cluster: Cluster, driver: Driver, tmp_path: Path) -> None:
    there, not_there = f"{own_cluster.registry}/pause:3.2", f"{own_cluster.registry}/nobody:1"
    evidence = tmp_path / "evidence.json"
    answer = driver.audit(
        *("--only", "registry.pull-given", "--pull-image", there, "--pull-image", not_there),
        *("--save-evidence", str(evidence)),
    )
    for data in observed(evidence, "pull").values():
        pulled = {image["image"]: image for image in data["images"]}
        assert pulled[there]["pulled"] is True
        assert pulled[not_there]["pulled"] is False
        assert "not found" in pulled[not_there]["message"]
    assert len(observed(evidence, "pull")) == 2
    assert_nothing_left(answer)
