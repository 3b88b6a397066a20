"""Where the pods of a probe go, and why not elsewhere."""

from typing import Any

import pytest

from orchestrator.evidence import Outcome, Reason
from orchestrator.inventory.model import Inventory, Unread
from orchestrator.objects import Node
from orchestrator.plan.model import Nfs, Site, Storage, Volume
from orchestrator.plan.seats import Seating, seat
from orchestrator.plan.volume import choose_volume
from orchestrator.probe import Nodes
from tests.unit.builders import CONTROL_PLANE, LOST, inventory, node

GPUS = {"nvidia.com/gpu": "8"}
SHARED, BLOCK = "efs.csi.aws.com", "ebs.csi.aws.com"


def gpu_node(name: str, allocatable: dict[str, str] | None = None, **more: Any) -> Node:
    return node(name, capacity=GPUS, allocatable=GPUS if allocatable is None else allocatable, **more)


def holding(*nodes: Node, **objects: list[dict[str, Any]]) -> Inventory:
    found = {name.replace("_", "-"): tuple(each) for name, each in objects.items()}
    return inventory(*nodes).model_copy(update={"objects": found})


def pod(name: str, on: str, **gpus: int) -> dict[str, Any]:
    asked = {resource.replace("_", "/", 1): count for resource, count in gpus.items()}
    return {"node": on, "namespace": "team", "name": name, "gpus": asked}


def storage_class(name: str, provisioner: str, *, default: bool = False) -> dict[str, Any]:
    key = "storageclass.kubernetes.io/is-default-class"
    return {
        "metadata": {"name": name, "annotations": {key: "true"} if default else {}},
        "provisioner": provisioner,
    }


def seated(found: Seating) -> list[str]:
    return [each.node for each in found.seats]


def told(found: Seating) -> list[tuple[str, Outcome, Reason, str]]:
    return [(each.target.name, *each[1:]) for each in found.settled]


def test_gpu_probes_go_to_nodes_that_show_a_gpu() -> None:
    labelled = node("labelled", labels={"nvidia.com/gpu.present": "true"})
    found = seat(Nodes.GPU, inventory(node("cpu"), gpu_node("g1"), labelled), Site())
    assert (seated(found), told(found)) == (["g1", "labelled"], [])


def test_a_gpu_node_that_is_not_ready_owes_an_answer() -> None:
    found = seat(Nodes.GPU, inventory(node("cpu", ready=LOST), gpu_node("g1", ready=LOST)), Site())
    assert seated(found) == []
    words = "NodeStatusUnknown: Kubelet stopped"
    assert told(found) == [("g1", Outcome.UNANSWERED, Reason.NODE_NOT_READY, words)]


def free(*pods: dict[str, Any], **node_: Any) -> Seating:
    return seat(Nodes.FREE_GPU, holding(gpu_node("g1", **node_), gpu_requests=list(pods)), Site())


@pytest.mark.parametrize(
    ("pods", "number"),
    [
        ([], 8),
        ([pod("a", "g1", **{"nvidia.com_gpu": 0})], 8),
        ([pod("elsewhere", "g2", **{"nvidia.com_gpu": 8})], 8),
        ([pod("a", "g1", **{"nvidia.com_gpu": 3}), pod("b", "g1", **{"nvidia.com_gpu": 4})], 1),
    ],
)
def test_a_pod_asks_for_what_nobody_has_asked_for(pods: list[dict[str, Any]], number: int) -> None:
    (found,) = free(*pods).seats
    assert found.gpus == ("nvidia.com/gpu", number)


def test_gpus_that_are_taken_are_left_alone() -> None:
    busy = [pod("b", "g1", **{"nvidia.com_gpu": 4}), pod("a", "g1", **{"nvidia.com_gpu": 4})]
    found = free(*busy)
    assert seated(found) == []
    words = "GPU busy: all 8 are taken by team/a, team/b"
    assert told(found) == [("g1", Outcome.UNANSWERED, Reason.GPU_BUSY, words)]


RENAMED = {"allocatable": {"nvidia.com/gpu": "0", "nvidia.com/gpu.shared": "32"}}
TIME_SLICED = {"labels": {"nvidia.com/gpu.replicas": "4"}}
ON_GKE = {"labels": {"cloud.google.com/gke-max-shared-clients-per-gpu": "2"}}


@pytest.mark.parametrize(
    ("node_", "resource"),
    [(RENAMED, "nvidia.com/gpu.shared"), (TIME_SLICED, "nvidia.com/gpu"), (ON_GKE, "nvidia.com/gpu")],
)
def test_gpus_that_several_pods_are_given_are_left_to_those_that_have_any(
    node_: dict[str, Any], resource: str
) -> None:
    holder = {**pod("a", "g1"), "gpus": {resource: 1}}
    words = "GPU busy: each is offered to several pods, some are taken by team/a"
    assert told(free(holder, **node_)) == [("g1", Outcome.UNANSWERED, Reason.GPU_BUSY, words)]
    (found,) = free(**node_).seats
    assert found.gpus == (resource, 1)


def test_who_has_a_part_of_a_gpu_that_nobody_holds_may_be_on_any() -> None:
    part = {**pod("a", "g1"), "fraction": True}
    words = "GPU busy: team/a have parts of them, nobody tells of which"
    assert told(free(part)) == [("g1", Outcome.UNANSWERED, Reason.GPU_BUSY, words)]
    (found,) = free(part, pod("reservation", "g1", **{"nvidia.com_gpu": 1})).seats
    assert found.gpus == ("nvidia.com/gpu", 7)


@pytest.mark.parametrize(
    ("allocatable", "words"),
    [
        ({"nvidia.com/gpu": "0"}, "the node offers no whole GPU to pods"),
        (
            {"nvidia.com/gpu": "0", "nvidia.com/mig-1g.5gb": "7"},
            "the node offers no whole GPU to pods, only slices: nvidia.com/mig-1g.5gb",
        ),
    ],
)
def test_a_node_without_whole_gpus_has_none_to_try(allocatable: dict[str, str], words: str) -> None:
    assert told(free(allocatable=allocatable)) == [("g1", Outcome.UNANSWERED, Reason.NO_GPU, words)]


def test_what_is_free_is_not_guessed_where_pods_may_not_be_listed() -> None:
    refused = Unread(resource="gpu-requests", verb="get", message="pods is forbidden")
    found = seat(Nodes.FREE_GPU, inventory(gpu_node("g1")).model_copy(update={"unread": (refused,)}), Site())
    words = "which GPUs are free is not known: pods is forbidden"
    assert told(found) == [("g1", Outcome.UNANSWERED, Reason.FORBIDDEN, words)]


def test_few_are_three_workers_that_can_run_a_pod() -> None:
    control = node("a", labels=[CONTROL_PLANE], taints=["NoSchedule"])
    read = inventory(control, node("b", ready=LOST), *(node(name) for name in "cdefg"))
    assert (seated(seat(Nodes.FEW, read, Site())), told(seat(Nodes.FEW, read, Site()))) == (
        ["c", "d", "e"],
        [],
    )


def test_where_no_worker_is_ready_a_few_owe_an_answer() -> None:
    found = seat(Nodes.FEW, inventory(*(node(name, ready=LOST) for name in "abcd")), Site())
    assert seated(found) == []
    assert [each.target.name for each in found.settled] == ["a", "b", "c"]


def test_a_volume_is_shared_by_two_gpu_nodes_and_mounted_on_the_others() -> None:
    read = holding(node("c1"), *(gpu_node(f"g{n}") for n in range(3)), storageclasses=[])
    found = seat(Nodes.STORAGE, read, Site(storage=Storage(claim="data")))
    assert [(each.node, each.party, each.own) for each in found.seats] == [
        ("g0", "storage", {"role": "pair"}),
        ("g1", "storage", {"role": "pair"}),
        ("g2", "", {"role": "single"}),
    ]


def test_without_gpus_two_workers_share_the_volume() -> None:
    read = holding(node("c1"), node("c2"), node("c3"), storageclasses=[])
    assert seated(seat(Nodes.STORAGE, read, Site(storage=Storage(claim="data")))) == ["c1", "c2"]


def test_without_a_volume_the_two_that_would_share_it_say_why() -> None:
    found = seat(Nodes.STORAGE, holding(node("c1"), node("c2"), node("c3"), storageclasses=[]), Site())
    assert seated(found) == []
    words = "no class is known to share volumes; name one by --storage-class, or give --claim or --nfs"
    assert told(found) == [(name, Outcome.UNANSWERED, Reason.NO_VOLUME, words) for name in ("c1", "c2")]


NFS = Nfs(server="nfs.example", path="/data")
KEPT = {"reclaimPolicy": "Retain"}


@pytest.mark.parametrize(
    ("storage", "volume"),
    [
        (Storage(nfs=NFS), Volume(nfs=NFS)),
        (Storage(claim="data"), Volume(claim="data")),
        (Storage(storage_class="fast"), Volume(own=True, storage_class="fast")),
        (Storage(), Volume(own=True, storage_class="efs")),
    ],
)
def test_the_volume_is_what_the_user_named_or_of_the_class_that_shares(
    storage: Storage, volume: Volume
) -> None:
    classes = [storage_class("ebs", BLOCK, default=True), storage_class("efs", SHARED)]
    assert choose_volume(storage, holding(storageclasses=classes)) == volume


@pytest.mark.parametrize(
    ("classes", "chosen"),
    [
        ([storage_class("a", SHARED), storage_class("b", SHARED, default=True)], "b"),
        ([storage_class("a", SHARED), {**storage_class("b", SHARED, default=True), **KEPT}], "a"),
        (
            [storage_class("a", BLOCK), {**storage_class("b", SHARED), **KEPT}],
            (
                "classes that share volumes keep them when their claims go (Retain): b; "
                "name one by --storage-class, or give --claim or --nfs"
            ),
        ),
        (
            [storage_class("a", SHARED), storage_class("b", SHARED)],
            "several classes share volumes: a, b; name one by --storage-class, or give --claim or --nfs",
        ),
        (
            [storage_class("a", BLOCK)],
            "no class is known to share volumes; name one by --storage-class, or give --claim or --nfs",
        ),
    ],
)
def test_of_several_classes_the_default_one_is_taken_and_none_is_guessed(
    classes: list[dict[str, Any]], chosen: str
) -> None:
    found = choose_volume(Storage(), holding(storageclasses=classes))
    assert (found.storage_class if isinstance(found, Volume) else found[1]) == chosen


def test_classes_that_may_not_be_listed_are_not_guessed() -> None:
    refused = Unread(resource="storageclasses", verb="list", message="forbidden")
    read = inventory().model_copy(update={"unread": (refused,)})
    words = "which StorageClass shares volumes is not known: forbidden"
    assert choose_volume(Storage(), read) == (Reason.NO_VOLUME, words)
