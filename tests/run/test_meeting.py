"""Runs in which pods meet, share a volume or are witnessed: what is created, told, answered and gone."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.condition import Facts
from orchestrator.evidence import Evidence, Outcome, Reason
from orchestrator.inventory.model import Inventory
from orchestrator.inventory.read import read_inventory
from orchestrator.kube.api import Api
from orchestrator.plan.make import make_plan
from orchestrator.plan.model import Plan, Site, Storage
from orchestrator.requirement import Question, Remedy, Requirement, Source, Verdict
from orchestrator.run.engine import Engine
from orchestrator.run.ledger import Result
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.server import Simulator
from orchestrator.simulator.store import Event
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, nodes
from tests.run.conftest import AT_ONCE, Born, Connect, OnFirstAnswer, Told

Json = dict[str, Any]
CLASS: Json = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "shared"},
    "provisioner": "nfs.csi.k8s.io",
    "reclaimPolicy": "Delete",
}
SITE = Site(storage=Storage(storage_class="shared"), pull_images=("registry.example/tiny:1",))
GOOD_MESH = {"probe": "mesh", "data": {"members": 2}}


class Asks(Requirement):
    """Wants one probe, and no other."""

    probe: str

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=self.probe)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        yield from ()


def profile(probe: str) -> Any:
    source, remedy = Source(document="A document", section="A section"), Remedy(text="Mend it.")
    row = Asks(id="asks.it", title="It is asked", check="asks", source=source, remedy=remedy, probe=probe)
    return SimpleNamespace(requirements=(row,))


class Ran:
    """A run that has ended."""

    def __init__(self, plan: Plan, result: Result, told: Told) -> None:
        self.plan, self.result, self.told = plan, result, told

    def outcomes(self, probe: str) -> dict[str, tuple[Outcome, Reason | None]]:
        cells = (cell for cell in self.result.cells if cell.probe == probe)
        return {cell.target.name: (cell.outcome, cell.reason) for cell in cells}

    def seen(self, probe: str) -> dict[str, Json]:
        return {o.target.name: o.data for o in self.result.observations if o.probe == probe}


RunProbe = Callable[[Simulator, str], Ran]
ANSWERED = (Outcome.ANSWERED, None)


@pytest.fixture
def run_probe(connected: Connect) -> RunProbe:
    return lambda simulator, probe: run(connected(simulator), probe, Told())


def run(api: Api, probe: str, told: Told) -> Ran:
    _, inventory = read_inventory(api, lambda _: {"storageclasses"})
    plan = make_plan([profile(probe)], inventory, Facts(), SITE, "r1", frozenset({probe}))
    return Ran(plan, Engine(api, plan, told, AT_ONCE).run(), told)


def live(*objects: Json, **simulation: Any) -> str:
    """Two nodes on which the probes really run."""
    return cluster(*nodes(2), *objects, answering=False, **simulation)


def refused(verb: str, resource: str) -> Fault:
    return Fault.model_validate({"verb": verb, "resource": resource, "status": 403})


def test_the_mesh_meets_and_its_service_goes(start_simulator: StartSimulator, run_probe: RunProbe) -> None:
    simulator = start_simulator(live())
    born = Born(simulator)
    ran = run_probe(simulator, "mesh")
    assert ran.outcomes("mesh") == {"n1": ANSWERED, "n2": ANSWERED}
    assert {name: data["reached"] for name, data in ran.seen("mesh").items()} == {"n1": 1, "n2": 1}
    assert simulator.requests["create", "services"] == simulator.requests["delete", "services"] == 1
    assert (born.alive, ran.result.cleanup.left) == (set(), ())


def test_a_service_that_is_refused_costs_no_answer(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    simulator = start_simulator(live())
    simulator.faults.append(refused("create", "services"))
    ran = run_probe(simulator, "mesh")
    assert ran.outcomes("mesh") == {"n1": ANSWERED, "n2": ANSWERED}
    assert {data["service"] for data in ran.seen("mesh").values()} == {None}
    assert [line for line in ran.told.lines if line.startswith("there will be no Service: Could not create")]


def test_pods_that_cannot_be_told_say_so(start_simulator: StartSimulator, run_probe: RunProbe) -> None:
    simulator = start_simulator(live())
    simulator.faults.append(refused("patch", "pods"))
    ran = run_probe(simulator, "mesh")
    assert ran.outcomes("mesh") == dict.fromkeys(["n1", "n2"], (Outcome.UNANSWERED, Reason.NOT_TOLD))
    (message,) = {cell.message for cell in ran.result.cells if cell.probe == "mesh"} & {
        cell.message for cell in ran.result.cells if cell.target.name == "n1"
    } or {""}
    assert "its pod could not be told who the others are: Could not patch pods" in message


def test_who_cannot_come_is_missed_and_the_others_meet(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    broken = {"match": {"node": "n2", "job": "preflight-*-????????????"}, "fate": "image-pull"}
    ran = run_probe(start_simulator(live(fates=[broken])), "mesh")
    assert ran.outcomes("mesh")["n1"] == ANSWERED
    assert ran.outcomes("mesh")["n2"] == (Outcome.UNANSWERED, Reason.IMAGE_PULL)
    assert (ran.seen("mesh")["n1"]["members"], ran.seen("mesh")["n1"]["missing"]) == (1, 1)


def test_two_share_a_volume_which_is_gone_at_the_end(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    simulator = start_simulator(live(CLASS))
    ran = run_probe(simulator, "storage")
    assert ran.outcomes("storage") == {"n1": ANSWERED, "n2": ANSWERED}
    assert {data["peer"]["seen"] for data in ran.seen("storage").values()} == {True}
    assert simulator.store.objects("persistentvolumeclaims") == []
    assert simulator.store.objects("persistentvolumes") == []
    assert (ran.result.cleanup.left, ran.result.cleanup.message) == ((), "")


def test_who_mounts_a_volume_of_ours_waits_for_it_to_be_made(
    start_simulator: StartSimulator, connected: Connect
) -> None:
    """Pods are unschedulable until it is there; others that cannot be scheduled are given up at once."""
    full = [{**each, "status": {**each["status"], "allocatable": {"cpu": "0"}}} for each in nodes(2)]
    simulator = start_simulator(cluster(*full, CLASS, answering=False))

    def make_room() -> None:
        for each in full:
            simulator.store.update("nodes", each["metadata"]["name"], _roomy, "")

    ran = run(connected(simulator), "storage", OnFirstAnswer(make_room))
    assert (Outcome.UNANSWERED, Reason.UNSCHEDULABLE) in ran.outcomes("node").values()
    assert ran.outcomes("storage") == {"n1": ANSWERED, "n2": ANSWERED}


def _roomy(node: Json) -> None:
    del node["status"]["allocatable"]


def test_a_volume_that_its_class_keeps_is_left_by_name(
    start_simulator: StartSimulator, run_probe: RunProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.run.estate._VOLUME_SECONDS", -AT_ONCE.cleanup)
    simulator = start_simulator(live({**CLASS, "reclaimPolicy": "Retain"}))
    ran = run_probe(simulator, "storage")
    (volume,) = simulator.store.objects("persistentvolumes")
    assert [(ref.kind, ref.name) for ref in ran.result.cleanup.left] == [("PersistentVolume", volume.name)]


def test_a_volume_that_comes_after_its_claim_has_gone_is_left_by_name(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    """Nothing provisions here; a volume for the claim appears while the run is cleaned up."""
    simulator = start_simulator(live({**CLASS, "provisioner": "kubernetes.io/no-provisioner"}))
    late: list[str] = []

    def provision(event: Event) -> None:
        if event.new is None and event.last.type.plural == "persistentvolumeclaims":
            late.append(f"pvc-{event.last.uid}")
            meta = {"name": late[0]}
            volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta, "spec": {}}
            simulator.store.create(volume)

    simulator.store.subscribe(provision)
    left = run_probe(simulator, "storage").result.cleanup.left
    assert [(ref.kind, [ref.name]) for ref in left] == [("PersistentVolume", late)]


def test_a_claim_that_is_refused_costs_only_those_who_share_it(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    simulator = start_simulator(live(CLASS))
    simulator.faults.append(refused("create", "persistentvolumeclaims"))
    ran = run_probe(simulator, "storage")
    assert set(ran.outcomes("storage").values()) == {(Outcome.UNANSWERED, Reason.FORBIDDEN)}
    assert set(ran.outcomes("node").values()) == {ANSWERED}


def test_whether_a_volume_is_gone_is_not_claimed_by_who_may_not_look(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    simulator = start_simulator(live(CLASS))
    simulator.faults.append(refused("get", "persistentvolumes"))
    cleanup = run_probe(simulator, "storage").result.cleanup
    assert "Could not get persistentvolumes" in cleanup.message


def test_what_the_kubelet_says_of_an_image_is_the_answer(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    """The node probe's pod is well; the image under test is not there on one of the nodes."""
    ran = run_probe(start_simulator(live()), "pull")
    assert ran.outcomes("pull") == {"n1": ANSWERED, "n2": ANSWERED}
    (image,) = ran.seen("pull")["n1"]["images"]
    assert (image["image"], image["pulled"]) == ("registry.example/tiny:1", True)
    assert {o.source for o in ran.result.observations if o.probe == "pull"} == {"kubelet"}


def test_no_secret_in_the_kubelets_words_is_kept(
    start_simulator: StartSimulator, run_probe: RunProbe
) -> None:
    words = 'failed to do request: Get "https://robot:hunter2@registry.example/v2/": EOF'
    rule = {"match": {"image": "registry.example/*"}, "fate": "image-pull", "message": words}
    ran = run_probe(start_simulator(live(fates=[rule])), "pull")
    (image,) = ran.seen("pull")["n1"]["images"]
    assert 'Get "https://robot:[redacted]@registry.example/v2/": EOF' in image["message"]
