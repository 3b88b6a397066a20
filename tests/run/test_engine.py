"""A run as a whole: what is planned is answered, and audits do not meet."""

from concurrent.futures import ThreadPoolExecutor

from orchestrator.evidence import Outcome, Reason
from orchestrator.simulator import deletion
from orchestrator.simulator.store import Event
from tests.conftest import StartSimulator
from tests.run.clusters import cluster, node, nodes
from tests.run.conftest import Born, RunOn
from tests.simulator.conftest import until

HANG = {"match": {"job": "preflight-*-????????????"}, "fate": "deadline"}


def test_every_cell_of_the_plan_is_answered_and_nothing_stays(
    start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(cluster(*nodes(3)))
    born = Born(simulator)
    run = run_on(simulator)
    planned = [(probe, unit.target) for unit in run.plan.units for probe in unit.probes]
    assert [(cell.probe, cell.target) for cell in run.result.cells] == planned
    assert {cell.outcome for cell in run.result.cells} == {Outcome.ANSWERED}
    assert [observation.data for observation in run.result.observations] == [{"kernel": "5.15.0"}] * 3
    assert run.told.steps == [(1, 3), (2, 3), (3, 3)]
    assert not run.result.interrupted
    cleanup = run.result.cleanup
    assert (cleanup.created, cleanup.confirmed_gone, cleanup.left) == (8, 8, ())
    assert (len(born.uids), born.alive) == (8, set())


def test_every_object_is_owned_by_the_run_job(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(2)))
    owners: dict[tuple[str, str], list[str]] = {}

    def note(event: Event) -> None:
        references = event.last.view["metadata"].get("ownerReferences", [])
        owners[event.last.type.kind, event.last.name] = [reference["name"] for reference in references]

    simulator.store.subscribe(note)
    units = {("Job", unit.name) for unit in run_on(simulator).plan.units}
    assert owners["Job", "preflight-r1"] == []
    assert owners["ConfigMap", "preflight-r1"] == ["preflight-r1"]
    assert {key: owners[key] for key in units} == {key: ["preflight-r1"] for key in units}


def test_nodes_that_cannot_be_probed_are_settled_before_the_run(
    start_simulator: StartSimulator, run_on: RunOn
) -> None:
    simulator = start_simulator(
        cluster(node("down", ready="False"), node("lost", ready="Unknown"), node("win", os="windows"))
    )
    run = run_on(simulator)
    assert run.plan.units == ()
    assert {c.target.name: (c.outcome, c.reason, c.message) for c in run.result.cells} == {
        "down": (Outcome.UNANSWERED, Reason.NODE_NOT_READY, "KubeletTold: the kubelet's own words"),
        "lost": (Outcome.UNANSWERED, Reason.NODE_NOT_READY, "KubeletTold: the kubelet's own words"),
        "win": (Outcome.NOT_APPLICABLE, Reason.WINDOWS, "the probes are Linux programs"),
    }


def test_cordoned_tainted_foreign_and_long_named_nodes_answer(
    start_simulator: StartSimulator, run_on: RunOn
) -> None:
    long_name = ".".join(["n" * 62] * 4)[:253]
    taint = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoExecute"}
    strange = [
        node("cordoned", unschedulable=True),
        node("tainted", taints=[taint]),
        node("arm", arch="arm64"),
        node(long_name),
        node("renamed", labels={"kubernetes.io/hostname": "another-name"}),
    ]
    run = run_on(start_simulator(cluster(*strange)))
    assert len(long_name) > 250
    names = {cell.target.name for cell in run.result.cells if cell.outcome is Outcome.ANSWERED}
    assert names == {"cordoned", "tainted", "arm", long_name, "renamed"}


def test_a_pod_is_ended_by_its_own_deadline(start_simulator: StartSimulator, run_on: RunOn) -> None:
    run = run_on(start_simulator(cluster(*nodes(1), fates=[HANG])), pod=1)
    cell = run.cell("n1")
    words = "Pod was active on the node longer than the specified deadline"
    assert (cell.reason, cell.message) == (Reason.DEADLINE, words)


def test_a_run_is_ended_by_its_own_deadline(start_simulator: StartSimulator, run_on: RunOn) -> None:
    simulator = start_simulator(cluster(*nodes(1), fates=[HANG]))
    born = Born(simulator)
    run = run_on(simulator, work=1)
    cell = run.cell("n1")
    assert (cell.reason, cell.message) == (Reason.DEADLINE, "no answer within the run's 1 s")
    assert born.alive == set()


def test_two_audits_at_once_do_not_meet(start_simulator: StartSimulator, run_on: RunOn) -> None:
    slow = {"match": {"job": "preflight-slow-*"}, "fate": "deadline"}
    simulator = start_simulator(cluster(*nodes(2), fates=[slow]))
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(run_on, simulator, run_id="slow")
        until(simulator, "pods", lambda pods: [p.fields["status.phase"] for p in pods] == ["Running"] * 2)
        second = run_on(simulator, run_id="quick")
        assert {cell.outcome for cell in second.result.cells} == {Outcome.ANSWERED}
        assert second.result.cleanup.left == ()
        pods = simulator.store.objects("pods")
        assert {pod.labels["runai-preflight/run"] for pod in pods} == {"slow"}
        for pod in pods:
            deletion.delete(simulator.store, pod, deletion.Options(grace=0))
        result = first.result(30).result
    assert {cell.reason for cell in result.cells} == {Reason.DELETED}
    assert (result.cleanup.left, simulator.store.objects("jobs")) == ((), [])
