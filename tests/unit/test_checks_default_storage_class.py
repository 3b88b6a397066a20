"""The check `default-storage-class`."""

import pytest

from orchestrator.requirement import Subject
from tests.unit.builders import CLUSTER, judge, row, verdict
from tests.unit.storage_objects import Json, storage_class, stored

ROW = row("default-storage-class")
EXPECTED = "exactly one StorageClass is the default"
ONE = storage_class("gp3", "ebs.csi.aws.com", default="true")
TWO = storage_class("nfs", "nfs.csi.k8s.io", default="true")


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        ((), "there is none"),
        ((storage_class("a", "x"), storage_class("b", "x", default="false")), "none of a, b is the default"),
    ],
)
def test_no_default(classes: tuple[Json, ...], told: str) -> None:
    names = [each["metadata"]["name"] for each in classes]
    message = f"volumes that name no StorageClass get none: {told}"
    assert judge(ROW, stored(*classes)) == [verdict("fail", CLUSTER, message, names, EXPECTED)]


@pytest.mark.parametrize(
    ("version", "status", "told"),
    [
        ("v1.25.16", "fail", "volumes that name no StorageClass are refused"),
        ("no version", "fail", "volumes that name no StorageClass are refused"),
        ("v1.26.0", "warn", "the newest of them is taken"),
    ],
)
def test_two_defaults(version: str, status: str, told: str) -> None:
    message = f"2 StorageClasses are the default: gp3, nfs; {told}"
    assert judge(ROW, stored(ONE, TWO, version=version)) == [
        verdict(status, CLUSTER, message, ["gp3", "nfs"], EXPECTED)
    ]


def test_one_default() -> None:
    subject = Subject(kind="StorageClass", name="gp3")
    assert judge(ROW, stored(ONE, storage_class("b", "x"))) == [
        verdict("pass", subject, "it is the default, Amazon EBS", ["gp3"], EXPECTED)
    ]


def test_the_mark_of_old_releases_counts() -> None:
    annotations = {"storageclass.beta.kubernetes.io/is-default-class": "true"}
    old = {"metadata": {"name": "old", "annotations": annotations}, "provisioner": "kubernetes.io/gce-pd"}
    (found,) = judge(ROW, stored(old))
    assert (found.status, found.message) == ("pass", "it is the default, Google Persistent Disk")


def test_a_default_on_local_disks() -> None:
    (found,) = judge(ROW, stored(storage_class("local-path", "rancher.io/local-path", default="true")))
    told = "local path provisioner, it is on the disks of one node"
    assert (found.status, found.message) == ("warn", f"it is the default, but not for production: {told}")


def test_what_it_reads() -> None:
    assert ROW.reads() == ("storageclasses", "version")
