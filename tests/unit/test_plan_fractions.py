"""Where GPUs are shared: which scheduler is asked, for what part of a GPU, and the pods that come of it."""

from typing import Any

import pytest

from orchestrator.condition import Facts
from orchestrator.evidence import Outcome, Reason, TargetKind
from orchestrator.inventory.gpu_requests import NAME as GPU_REQUESTS
from orchestrator.inventory.model import Inventory, Unread
from orchestrator.objects import Node
from orchestrator.plan.fractions import Scheduler, choose_scheduler
from orchestrator.plan.make import make_plan
from orchestrator.plan.model import Fraction, Plan, Site
from orchestrator.profile.load import load
from orchestrator.render import render_all
from tests.unit.builders import LOST, inventory, node
from tests.unit.schemas import RELEASES, validate

Json = dict[str, Any]
GPUS = {"nvidia.com/gpu": "8"}
MEMORY = {"nvidia.com/gpu.memory": "81920"}
NONE = "no scheduler that shares GPUs is installed: neither runai-scheduler nor kai-scheduler"


def gpu_node(name: str = "g1", *, labels: dict[str, str] = MEMORY, **more: Any) -> Node:
    return node(name, capacity=GPUS, labels=labels, **more)


def deployment(name: str, *args: str) -> Json:
    containers = [{"name": "scheduler", "image": "registry.example/scheduler:v1", "args": list(args)}]
    return {"metadata": {"name": name}, "spec": {"template": {"spec": {"containers": containers}}}}


KAI = deployment("kai-scheduler-default")


def cluster(
    *nodes: Node, deployments: tuple[Json, ...] = (KAI,), requests: tuple[Json, ...] = (), **more: Any
) -> Inventory:
    objects = {"deployments": deployments, GPU_REQUESTS: requests, "runtimeclasses": ()}
    return inventory(*nodes, version="v1.27.3", objects=objects, **more)


def planned(read: Inventory, *probes: str, **site: Any) -> Plan:
    """The plan for sharing a GPU, and for what else these probes do."""
    profile = load("runai-2.7")
    wanted = {"gpu.fractions-shared", "gpu.computes"}
    rows = tuple(each for each in profile.requirements if each.id in wanted)
    profiles = [profile.model_copy(update={"requirements": rows})]
    return make_plan(profiles, read, Facts(), Site(**site), "r1", frozenset({"fraction", *probes}))


def settled(read: Inventory, **site: Any) -> list[tuple[str, Outcome, Reason | None, str]]:
    cells = [cell for cell in planned(read, **site).settled if cell.probe == "fraction"]
    return [(str(cell.target), cell.outcome, cell.reason, cell.message) for cell in cells]


def chosen(*deployments: Json, groups: tuple[str, ...] = (), **site: Any) -> object:
    return choose_scheduler(Site(**site), cluster(deployments=deployments, api_groups=groups))


def test_without_a_scheduler_that_shares_gpus_nothing_applies() -> None:
    strangers = (deployment("my-kai-scheduler"), deployment("kai"), deployment("x", "--scheduler-name=other"))
    read = cluster(gpu_node(), deployments=strangers)
    assert settled(read) == [("node g1", Outcome.NOT_APPLICABLE, Reason.NO_SCHEDULER, NONE)]
    assert [unit.pod for unit in planned(read).units] == ["node-local"]


def test_which_scheduler_there_is_is_not_guessed() -> None:
    refused = Unread(resource="deployments", verb="list", message="forbidden")
    read = inventory(gpu_node(), unread=(refused,), objects={GPU_REQUESTS: ()})
    words = "whether a scheduler shares GPUs is not known: forbidden"
    assert settled(read) == [("node g1", Outcome.UNANSWERED, Reason.FORBIDDEN, words)]
    assert choose_scheduler(Site(scheduler="mine"), read) == Scheduler("mine", "", by_memory=False)


def test_run_ai_wants_a_project() -> None:
    words = (
        "runai-scheduler wants a project: name one by --queue, or run in the namespace of one by --namespace"
    )
    refusal = (Outcome.UNANSWERED, Reason.NO_SCHEDULER, words)
    assert chosen(deployment("runai-scheduler")) == refusal
    assert chosen(deployment("runai-scheduler"), namespace="runai-lab") == (
        "runai-scheduler",
        "lab",
        False,
    )


@pytest.mark.parametrize(
    ("deployments", "site", "found"),
    [
        ([KAI], {}, ("kai-scheduler", "default-queue", False)),
        ([KAI], {"queue": "team"}, ("kai-scheduler", "team", False)),
        ([KAI], {"scheduler": "mine"}, ("mine", "", False)),
        (
            [deployment("scheduler", "--scheduler-name=kai-scheduler")],
            {},
            ("kai-scheduler", "default-queue", False),
        ),
        ([deployment("runai-scheduler-default"), KAI], {"queue": "lab"}, ("runai-scheduler", "lab", False)),
    ],
)
def test_the_scheduler_that_is_there_or_that_the_user_named(
    deployments: list[Json], site: Json, found: tuple[str, str, bool]
) -> None:
    assert chosen(*deployments, **site) == found


@pytest.mark.parametrize("group", ["gpu-fractioning.kai.scheduler", "gpu-sharing.kai.scheduler"])
def test_where_the_driver_divides_gpus_memory_is_asked_for(group: str) -> None:
    assert chosen(KAI, groups=("apps", group)) == ("kai-scheduler", "default-queue", True)


def holding(name: str, **more: Any) -> Json:
    return {"node": "g1", "namespace": "team", "name": name, "gpus": {}, **more}


@pytest.mark.parametrize(
    ("found", "requests", "reason", "words"),
    [
        (
            gpu_node(),
            (holding("a", gpus={"nvidia.com/gpu": 8}),),
            Reason.GPU_BUSY,
            "GPU busy: all 8 are taken by team/a",
        ),
        (
            gpu_node(),
            (
                holding("b", fraction=True),
                holding("a", fraction=True),
                holding("held", gpus={"nvidia.com/gpu": 1}),
            ),
            Reason.GPU_BUSY,
            "GPU busy: team/a, team/b share GPUs there, and the scheduler would put others beside them",
        ),
        (
            gpu_node(labels={}),
            (),
            Reason.NO_LABEL,
            "the node has no label nvidia.com/gpu.memory that tells the memory of its GPUs",
        ),
        (gpu_node(ready=LOST), (), Reason.NODE_NOT_READY, "NodeStatusUnknown: Kubelet stopped"),
    ],
)
def test_a_gpu_that_somebody_has_is_left_alone(
    found: Node, requests: tuple[Json, ...], reason: Reason, words: str
) -> None:
    expected = [("node g1", Outcome.UNANSWERED, reason, words)]
    assert settled(cluster(found, requests=requests)) == expected


def test_four_pods_of_a_node_share_a_gpu_and_meet() -> None:
    made = planned(cluster(node("cpu"), gpu_node("g1"), gpu_node("g2"), requests=(holding("a"),)))
    pods = [unit for unit in made.units if unit.pod == "fraction"]
    assert [(unit.target.kind, unit.target.name, unit.node, unit.party) for unit in pods] == [
        (TargetKind.SHARE, f"{name}/{number}", name, f"fraction/{name}")
        for name in ("g1", "g2")
        for number in range(1, 5)
    ]
    assert [unit.own["fraction"] for unit in pods[:4]] == [
        {"number": number, "shareMib": 20456} for number in range(1, 5)
    ]
    asked = Fraction(scheduler="kai-scheduler", queue="default-queue", share=0.25, mib=20456)
    assert {unit.fraction for unit in pods} == {asked}
    assert len({unit.name for unit in pods}) == 8


def pods_of(made: Plan) -> list[Json]:
    """The pods with a part of a GPU, as the manifests have them."""
    shares = {unit.name for unit in made.units if unit.fraction}
    return [each["spec"]["template"] for each in render_all(made) if each["metadata"]["name"] in shares]


def test_a_fraction_is_asked_for_by_annotation() -> None:
    first, *others = pods_of(planned(cluster(gpu_node())))
    assert len(others) == 3
    assert first["metadata"]["annotations"]["gpu-fraction"] == "0.25"
    assert first["spec"]["schedulerName"] == "kai-scheduler"
    queue = {first["metadata"]["labels"][name] for name in ("runai/queue", "kai.scheduler/queue", "project")}
    assert queue == {"default-queue"}
    (container,) = first["spec"]["containers"]
    assert container["resources"]["limits"] == {"memory": "2Gi"}


def test_from_run_ai_3_0_on_memory_is_asked_for_instead() -> None:
    read = cluster(gpu_node(), gpu_node("g2", labels={**MEMORY, "nvidia.com/gpu.memory": "40960"}))
    read = read.model_copy(update={"api_groups": ("gpu-fractioning.kai.scheduler",)})
    annotations = [pod["metadata"]["annotations"] for pod in pods_of(planned(read))]
    name = "nvidia.com/container.probes.gpu-memory"
    asked = [
        (each[f"{name}.request"], each[f"{name}.limit"], each.get("gpu-fraction")) for each in annotations
    ]
    assert asked == [("20456Mi", "20456Mi", None)] * 4 + [("10228Mi", "10228Mi", None)] * 4


@pytest.mark.parametrize(
    ("label", "mib"), [("16384", 4076), ("17179869184", 4076), ("81559", 20384), ("143771", 35929)]
)
def test_shares_are_of_what_the_scheduler_counts(label: str, mib: int) -> None:
    """KAI counts in hundreds of MB: four shares of all that there is would not fit."""
    made = planned(cluster(gpu_node(labels={"nvidia.com/gpu.memory": label})))
    assert {unit.fraction.mib for unit in made.units if unit.fraction} == {mib}


def test_a_scheduler_that_needs_no_queue_gets_no_label() -> None:
    first, *_ = pods_of(planned(cluster(gpu_node()), scheduler="mine"))
    assert first["spec"]["schedulerName"] == "mine"
    assert not {"runai/queue", "kai.scheduler/queue", "project"} & first["metadata"]["labels"].keys()


def test_where_another_probe_takes_gpus_one_is_left_to_share() -> None:
    made = planned(cluster(gpu_node()), "cuda")
    assert {unit.pod: unit.gpus for unit in made.units} == {"node-local": 0, "gpu": 7, "fraction": 0}
    assert made.settled == ()


def test_the_only_free_gpu_is_not_fought_for() -> None:
    taken = holding("a", gpus={"nvidia.com/gpu": 7})
    made = planned(cluster(gpu_node(), requests=(taken,)), "cuda")
    assert {unit.pod: unit.gpus for unit in made.units} == {"node-local": 0, "gpu": 1}
    words = "GPU busy: another probe of this run has the only one that is free; run again with this one alone"
    assert [(str(cell.target), cell.probe, cell.reason, cell.message) for cell in made.settled] == [
        (f"share g1/{number}", "fraction", Reason.GPU_BUSY, words) for number in range(1, 5)
    ]


@pytest.mark.parametrize("release", RELEASES)
def test_the_manifests_are_valid_for_every_release(release: str) -> None:
    read = cluster(gpu_node())
    for groups in ((), ("gpu-fractioning.kai.scheduler",)):
        for manifest in render_all(planned(read.model_copy(update={"api_groups": groups}))):
            validate(manifest, release)
