"""The check `shared-storage`, and what is known of storage."""

from typing import Any

import pytest

from orchestrator.checks.storage.storage import Reach, StorageClass
from tests.unit.builders import CLUSTER, CONTROL_PLANE, judge, node, row, verdict
from tests.unit.storage_objects import Json, csi_node, storage_class, stored, volume

ROW = row("shared-storage")
EXPECTED = "a StorageClass or PersistentVolume that many nodes mount at once (ReadWriteMany)"
MANY = "many nodes mount it at once"
SETTINGS = "whether many nodes mount it at once depends on its settings"
ONE = "one node mounts it at a time"
LATER = "try it by --probe storage --storage-class NAME"
EFS = storage_class("efs-sc", "efs.csi.aws.com")
GP2 = storage_class("gp2", "kubernetes.io/aws-ebs", default="true")
EFS_NODES = (csi_node("n1", "efs.csi.aws.com", "ebs.csi.aws.com"), csi_node("n2", "efs.csi.aws.com"))


def test_no_storage_at_all() -> None:
    message = "there is no storage that many nodes mount at once, nor any other"
    assert judge(ROW, stored()) == [verdict("fail", CLUSTER, message, [], EXPECTED)]


def test_only_storage_for_one_node_at_a_time() -> None:
    (found,) = judge(ROW, stored(GP2))
    told = f"StorageClass gp2 (Amazon EBS, {ONE})"
    message = f"there is no storage that many nodes mount at once: there is only {told}"
    assert found == verdict("fail", CLUSTER, message, [told], EXPECTED)


def test_a_class_whose_driver_is_on_no_node() -> None:
    message = "StorageClass efs-sc is of Amazon EFS, but its driver efs.csi.aws.com is not on n1, n2"
    observed = [f"StorageClass efs-sc (Amazon EFS, {MANY})"]
    assert judge(ROW, stored(EFS)) == [verdict("fail", CLUSTER, message, observed, EXPECTED)]


def test_a_class_whose_driver_is_not_on_every_worker_node() -> None:
    nodes = (node("n1"), node("gpu-1", taints=["NoSchedule"]), node("n2"))
    (found,) = judge(ROW, stored(EFS, csi_nodes=EFS_NODES, nodes=nodes))
    assert found.status == "fail"
    assert found.message.endswith("its driver efs.csi.aws.com is not on gpu-1")


@pytest.mark.parametrize(
    "other",
    [
        node("other", labels=[CONTROL_PLANE], taints=["NoSchedule"]),
        node("other", info={"operatingSystem": "windows"}),
        node("other", labels={"eks.amazonaws.com/compute-type": "fargate"}),
    ],
    ids=["control plane", "windows", "virtual"],
)
def test_nodes_that_take_no_workloads_need_no_driver(other: Any) -> None:
    (found,) = judge(ROW, stored(EFS, csi_nodes=EFS_NODES, nodes=(node("n1"), node("n2"), other)))
    assert (found.status, found.message) == ("pass", f"there is StorageClass efs-sc (Amazon EFS, {MANY})")


def test_one_usable_class_is_enough_and_all_storage_is_told() -> None:
    nfs = storage_class("nfs", "cluster.local/nfs-subdir-external-provisioner")
    assert judge(ROW, stored(EFS, GP2, nfs)) == [
        verdict(
            "pass",
            CLUSTER,
            f"there is StorageClass nfs (NFS, {MANY})",
            [
                f"StorageClass efs-sc (Amazon EFS, {MANY})",
                f"StorageClass gp2 (Amazon EBS, {ONE})",
                f"StorageClass nfs (NFS, {MANY})",
            ],
            EXPECTED,
        )
    ]


@pytest.mark.parametrize(
    ("source", "title"), [({"nfs": {"server": "10.0.0.5"}}, "NFS"), ({"azureFile": {}}, "Azure Files")]
)
def test_volumes_that_are_there_already(source: Json, title: str) -> None:
    volumes = (volume("a", "ReadWriteMany", **source), volume("b", "ReadWriteMany", "ReadOnlyMany", **source))
    (found,) = judge(ROW, stored(volumes=volumes))
    message = f"there is PersistentVolume a, b ({title}, {MANY})"
    assert (found.status, found.message) == ("pass", message)


def test_volumes_of_a_driver_that_is_on_no_node() -> None:
    shared = volume("a", "ReadWriteMany", csi={"driver": "csi.trident.netapp.io"})
    message = "PersistentVolume a is of NetApp Trident, but its driver csi.trident.netapp.io is not on n1, n2"
    (found,) = judge(ROW, stored(volumes=(shared,)))
    assert (found.status, found.message) == ("fail", message)


def test_many_volumes_are_told_in_short() -> None:
    volumes = tuple(volume(f"v{number}", "ReadWriteMany", nfs={"server": "s"}) for number in range(7))
    (found,) = judge(ROW, stored(volumes=volumes))
    assert found.message == f"there is PersistentVolume v0, v1, v2, v3, v4 and 2 more (NFS, {MANY})"


def test_volumes_of_a_driver_that_can_share_them() -> None:
    shared = volume("a", "ReadWriteMany", csi={"driver": "pxd.portworx.com"})
    drivers = (csi_node("n1", "pxd.portworx.com"), csi_node("n2", "pxd.portworx.com"))
    (found,) = judge(ROW, stored(volumes=(shared,), csi_nodes=drivers))
    assert (found.status, found.message) == ("pass", f"there is PersistentVolume a (Portworx, {MANY})")


def test_volumes_for_one_node_at_a_time_do_not_count() -> None:
    volumes = (
        volume("a", "ReadWriteOnce", nfs={"server": "s"}),
        volume("b", local={"path": "/mnt"}),
        {"metadata": {"name": "c"}, "spec": {"accessModes": ["ReadWriteMany"], "volumeMode": "Block"}},
    )
    (found,) = judge(ROW, stored(volumes=volumes))
    assert found.status == "fail"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            stored(storage_class("san", "csi.example.com")),
            "StorageClass san (csi.example.com, what it is is not known)",
        ),
        (
            stored(storage_class("vs", "csi.vsphere.vmware.com")),
            f"StorageClass vs (vSphere, {SETTINGS})",
        ),
        (stored(storage_class("odd", None)), "StorageClass odd (no provisioner, what it is is not known)"),
        (
            stored(volumes=(volume("nas", "ReadWriteMany", hostPath={"path": "/nas"}),)),
            f"PersistentVolume nas (a directory of the host, {SETTINGS})",
        ),
        (
            stored(volumes=(volume("x", "ReadWriteMany", futureFs={}),)),
            "PersistentVolume x (a volume of unknown kind, what it is is not known)",
        ),
    ],
)
def test_storage_of_which_it_cannot_be_told(found: Any, told: str) -> None:
    message = f"whether many nodes can mount the same volume cannot be told: there is {told}; {LATER}"
    assert judge(ROW, found) == [verdict("warn", CLUSTER, message, [told], EXPECTED)]


@pytest.mark.parametrize(
    ("provisioner", "parameters", "reach"),
    [
        ("rook-ceph.cephfs.csi.ceph.com", {}, Reach.SHARED),
        ("openshift-storage.cephfs.csi.ceph.com", {}, Reach.SHARED),
        ("openshift-storage.rbd.csi.ceph.com", {}, Reach.ATTACHED),
        ("file.csi.azure.com", {}, Reach.SHARED),
        ("fsx.csi.aws.com", {}, Reach.SHARED),
        ("filestore.csi.storage.gke.io", {}, Reach.SHARED),
        ("driver.longhorn.io", {}, Reach.SHARED),
        ("spectrumscale.csi.ibm.com", {}, Reach.SHARED),
        ("csi-isilon.dellemc.com", {}, Reach.SHARED),
        ("csi.trident.netapp.io", {"backendType": "ontap-nas-economy"}, Reach.SHARED),
        ("csi.trident.netapp.io", {"backendType": "ontap-san"}, Reach.ATTACHED),
        ("csi.trident.netapp.io", {}, Reach.SETTINGS),
        ("pxd.portworx.com", {"sharedv4": "true"}, Reach.SHARED),
        ("pxd.portworx.com", {"sharedv4": "false"}, Reach.ATTACHED),
        ("k8s-sigs.io/nfs-subdir-external-provisioner", {}, Reach.SHARED),
        ("rancher.io/local-path", {}, Reach.LOCAL),
        ("k8s.io/minikube-hostpath", {}, Reach.LOCAL),
        ("kubernetes.io/no-provisioner", {}, Reach.STATIC),
        ("", {}, Reach.UNKNOWN),
    ],
)
def test_how_far_storage_reaches(provisioner: str, parameters: dict[str, str], reach: Reach) -> None:
    given = StorageClass.model_validate({"provisioner": provisioner, "parameters": parameters})
    assert given.storage.reach is reach


def test_what_it_reads() -> None:
    assert ROW.reads() == ("storageclasses", "persistentvolumes", "csinodes", "nodes")
