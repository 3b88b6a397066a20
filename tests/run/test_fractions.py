"""Whole audits of GPUs that are shared: the pods really run, meet and tell; what is in use is left alone."""

from typing import Any

from orchestrator.evidence import Given, Outcome, Reason
from orchestrator.pipeline import Audit, Order, audit
from orchestrator.plan.model import Site
from orchestrator.profile.load import load
from orchestrator.profile.select import narrow
from orchestrator.requirement import Status
from orchestrator.simulator.server import Simulator
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, node
from tests.run.conftest import Connect, Told

Json = dict[str, Any]
GPU: Json = {"nvidia.com/gpu": "1", "cpu": "8", "memory": "32Gi", "pods": "110"}
LABELS = {"nvidia.com/gpu.memory": "16384"}


def gpu_node(name: str) -> Json:
    made = node(name, labels=LABELS)
    made["status"] |= {"capacity": GPU, "allocatable": GPU}
    return made


def scheduler() -> Json:
    containers = [{"name": "scheduler", "image": "ghcr.io/kai-scheduler/kai-scheduler/scheduler:v0.10.0"}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "kai-scheduler-default", "namespace": "kai-scheduler"},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


def workload(on: str, **annotations: str) -> Json:
    """A pod that somebody runs there."""
    names = {name.replace("_", "-"): value for name, value in annotations.items()}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "train", "namespace": "team", "annotations": names},
        "spec": {"nodeName": on, "containers": [{"name": "main", "image": "train:1"}]},
        "status": {"phase": "Running"},
    }


def audited(simulator: Simulator, connected: Connect) -> Audit:
    profiles = narrow((load("runai-2.7"),), ("gpu.fractions-*",), ())
    consents = frozenset({"fraction"})
    order = Order(
        profiles=profiles, features=frozenset(), site=Site(timeout=200), consents=consents, given=Given()
    )
    return audit(connected(simulator), order, Told())


def findings(done: Audit) -> dict[str, tuple[Status, str]]:
    (report,) = done.reports
    return {f"{each.id} {each.subject.name}": (each.status, each.message) for each in report.findings}


def test_the_pods_of_a_node_meet_and_tell_that_they_have_no_driver(
    start_simulator: StartSimulator, connected: Connect
) -> None:
    simulator = start_simulator(cluster(gpu_node("g1"), scheduler(), answering=False))
    done = audited(simulator, connected)
    seen = {o.target.name: o.data for o in done.evidence.observations if o.probe == "fraction"}
    assert {name: data["members"] for name, data in seen.items()} == {f"g1/{n}": 4 for n in range(1, 5)}
    assert {data["failed"]["code"] for data in seen.values()} == {"no-library"}
    assert {data["shareMib"] for data in seen.values()} == {4076}
    status, message = findings(done)["gpu.fractions-shared g1"]
    assert status is Status.WARN
    assert message.startswith("g1/1: libcuda.so.1 cannot be loaded: ")
    status, message = findings(done)["gpu.fractions-enforced g1"]
    assert status is Status.UNKNOWN
    assert message.startswith(
        "no pod came so far as to ask for more than its share: g1/1: libcuda.so.1 cannot be loaded: "
    )
    assert done.evidence.cleanup.left == ()


def test_a_gpu_of_which_somebody_has_a_part_is_left_alone(
    start_simulator: StartSimulator, connected: Connect
) -> None:
    memory = {"nvidia.com/container.main.gpu-memory.request": "4Gi"}
    objects = [
        *(gpu_node(name) for name in ("g1", "g2", "g3")),
        scheduler(),
        workload("g1", gpu_fraction="0.5"),
        {**workload("g2"), "metadata": {"name": "serve", "namespace": "team", "annotations": memory}},
        {
            **workload("g3"),
            "metadata": {"name": "old", "namespace": "team", "annotations": {"gpu-memory": "4096"}},
        },
    ]
    done = audited(start_simulator(cluster(*objects)), connected)
    cells = {cell.target.name: cell for cell in done.evidence.ledger if cell.probe == "fraction"}
    assert {(cell.outcome, cell.reason) for cell in cells.values()} == {(Outcome.UNANSWERED, Reason.GPU_BUSY)}
    words = "share GPUs there, and the scheduler would put others beside them"
    assert {name: cell.message for name, cell in cells.items()} == {
        "g1": f"GPU busy: team/train {words}",
        "g2": f"GPU busy: team/serve {words}",
        "g3": f"GPU busy: team/old {words}",
    }
