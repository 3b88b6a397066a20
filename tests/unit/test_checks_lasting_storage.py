"""The check `lasting-storage`."""

import pytest

from orchestrator.requirement import Subject
from tests.unit.builders import CLUSTER, judge, row, verdict
from tests.unit.storage_objects import Json, storage_class, stored, volume

ROW = row("lasting-storage")
EXPECTED = "a default StorageClass whose volumes do not depend on one node"
LOCAL = storage_class("local-path", "rancher.io/local-path")
DEFAULT_LOCAL = storage_class("local-path", "rancher.io/local-path", default="true")
EBS = storage_class("gp3", "ebs.csi.aws.com")
LOST = "the default StorageClass keeps data on the disks of one node (local path provisioner)"
TOLD = "StorageClass local-path (local path provisioner, it is on the disks of one node)"
EBS_TOLD = "StorageClass gp3 (Amazon EBS, one node mounts it at a time)"


def class_subject(name: str) -> Subject:
    return Subject(kind="StorageClass", name=name)


def test_only_local_disks() -> None:
    message = f"{LOST}, and there is none that outlives it"
    assert judge(ROW, stored(DEFAULT_LOCAL)) == [
        verdict("fail", class_subject("local-path"), message, [TOLD], EXPECTED)
    ]


def test_local_disks_by_default_and_a_better_class_beside() -> None:
    message = f"{LOST}; gp3 would outlive it"
    assert judge(ROW, stored(DEFAULT_LOCAL, EBS)) == [
        verdict("warn", class_subject("local-path"), message, [TOLD, EBS_TOLD], EXPECTED)
    ]


def test_a_default_class_that_lasts() -> None:
    default = storage_class("gp3", "ebs.csi.aws.com", default="true")
    message = "the default StorageClass is of Amazon EBS"
    assert judge(ROW, stored(default, LOCAL)) == [
        verdict("pass", class_subject("gp3"), message, [EBS_TOLD, TOLD], EXPECTED)
    ]


@pytest.mark.parametrize(
    ("provisioner", "told"),
    [
        ("csi.example.com", "csi.example.com, what it is is not known"),
        ("kubernetes.io/no-provisioner", "static volumes, it provisions nothing"),
    ],
)
def test_a_default_class_of_which_it_cannot_be_told(provisioner: str, told: str) -> None:
    (found,) = judge(ROW, stored(storage_class("x", provisioner, default="true")))
    message = f"whether the default StorageClass outlives a node cannot be told: {told}"
    assert (found.status, found.message) == ("warn", message)


@pytest.mark.parametrize(
    ("classes", "status", "message"),
    [
        ((LOCAL,), "fail", "every StorageClass keeps data on the disks of one node"),
        ((LOCAL, EBS), "warn", "no StorageClass is the default; gp3 would outlive a node"),
        (
            (LOCAL, storage_class("x", "csi.example.com")),
            "warn",
            "whether a StorageClass outlives a node cannot be told",
        ),
    ],
)
def test_no_default_class(classes: tuple[Json, ...], status: str, message: str) -> None:
    (found,) = judge(ROW, stored(*classes))
    assert (found.status, found.subject, found.message) == (status, CLUSTER, message)


def test_no_class_but_volumes() -> None:
    nfs = volume("a", "ReadWriteMany", nfs={"server": "s"})
    message = "there is no StorageClass, but PersistentVolumes of NFS"
    assert judge(ROW, stored(volumes=(nfs,))) == [verdict("warn", CLUSTER, message, ["NFS"], EXPECTED)]


@pytest.mark.parametrize("volumes", [(), (volume("a", "ReadWriteOnce", local={"path": "/mnt"}),)])
def test_nothing_that_lasts(volumes: tuple[Json, ...]) -> None:
    (found,) = judge(ROW, stored(volumes=volumes))
    message = "there is no StorageClass, and no PersistentVolume that outlives a node"
    assert (found.status, found.message) == ("fail", message)


def test_what_it_reads() -> None:
    assert ROW.reads() == ("storageclasses", "persistentvolumes")
