"""What the node probe reads from a machine, on this one and on others' files."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import node
import nvidia
import pytest
from shared import Fault

from tests.probes import servers
from tests.probes.conftest import Ended, Json, Observe

NO_NAMES = {"/proc/self/cgroup": "0::/\n", "/proc/1/cgroup": "0::/\n", "/proc/self/mountinfo": ""}
SYSTEMD = "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-0123456789abcdef.scope\n"
CRIO = "0::/kubepods.slice/kubepods-pod1.slice/crio-0123456789abcdef.scope/container\n"
CGROUPFS = "12:cpu:/kubepods/burstable/pod1/0123456789abcdef\n"
DOCKER = "12:cpu:/docker/0123456789abcdef\n"
HOST_SYSTEMD = "0::/user.slice/user-0.slice/session-1.scope\n"
OVERLAY = "652 530 0:99 / / rw - overlay overlay rw,lowerdir=/var/lib/{}/1/fs\n"
UNIFIED = "30 25 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup ro\n"
OLD = "31 25 0:27 / /sys/fs/cgroup/cpu ro - cgroup cgroup ro,cpu\n"


@pytest.mark.parametrize(
    ("text", "driver", "runtime"),
    [
        (SYSTEMD, "systemd", "containerd"),
        (CRIO, "systemd", "cri-o"),
        (CGROUPFS, "cgroupfs", None),
        (DOCKER, "cgroupfs", None),
        (HOST_SYSTEMD, None, None),
        ("0::/system.slice/docker-0123456789abcdef.scope\n", "systemd", "docker"),
    ],
)
def test_what_a_cgroup_path_betrays(
    tmp_path: Path, text: str, driver: str | None, runtime: str | None
) -> None:
    sources = {**NO_NAMES, "/proc/self/cgroup": text}
    assert node.cgroup_driver(sources)[0] == driver
    seen = node.observe_runtime(sources, str(tmp_path))
    assert seen == (runtime and {"name": runtime, "seenIn": "/proc/self/cgroup"})


@pytest.mark.parametrize(
    ("folder", "runtime"),
    [
        ("containerd/io.containerd.snapshotter.v1.overlayfs/snapshots", "containerd"),
        ("rancher/k3s/agent/containerd/io.containerd.snapshotter.v1.overlayfs", "containerd"),
        ("containers/storage/overlay", "cri-o"),
        ("docker/overlay2", "docker"),
    ],
)
def test_what_a_mount_betrays(tmp_path: Path, folder: str, runtime: str) -> None:
    sources = {**NO_NAMES, "/proc/self/mountinfo": OVERLAY.format(folder)}
    seen = node.observe_runtime(sources, str(tmp_path))
    assert seen == {"name": runtime, "seenIn": "/proc/self/mountinfo"}


def test_what_a_host_s_folders_betray(tmp_path: Path) -> None:
    (tmp_path / "sys/fs/cgroup/kubepods").mkdir(parents=True)
    (tmp_path / "run/crio").mkdir(parents=True)
    (tmp_path / "run/crio/crio.sock").touch()
    root = str(tmp_path)
    assert node.observe_cgroup(NO_NAMES, root) == {
        "version": None,
        "driver": "cgroupfs",
        "seenIn": "/sys/fs/cgroup/kubepods",
    }
    assert node.observe_runtime(NO_NAMES, root) == {"name": "cri-o", "seenIn": "/run/crio/crio.sock"}


@pytest.mark.parametrize(
    ("mountinfo", "version"), [(UNIFIED, 2), (OLD, 1), (OLD + UNIFIED, 1), (OVERLAY, None)]
)
def test_the_version_of_cgroups(mountinfo: str, version: int | None) -> None:
    assert node.cgroup_version(mountinfo) == version


def test_the_host_s_os(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    text = '# comment\nNAME="Ubuntu"\nID=ubuntu\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu \\"22\\""\n\nodd\n'
    (tmp_path / "etc/os-release").write_text(text)
    assert node.observe_os(str(tmp_path)) == {
        "id": "ubuntu",
        "versionId": "22.04",
        "name": "Ubuntu",
        "prettyName": 'Ubuntu "22"',
    }


def test_a_host_without_os_release(tmp_path: Path) -> None:
    assert node.observe_os(str(tmp_path)) is None


NVRM = "NVRM version: NVIDIA UNIX {}\nGCC version:  gcc version 9.4.0 (Ubuntu 9.4.0-1ubuntu1~20.04.1)\n"


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("x86_64 Kernel Module  470.57.02  Tue Jul 13 16:14:05 UTC 2021", "470.57.02"),
        ("x86_64 Kernel Module  384.81  Sat Sep  2 02:43:11 PDT 2017", "384.81"),
        ("Open Kernel Module for x86_64  580.95.05  Release Build  (dvs-builder@U22)", "580.95.05"),
        ("Open Kernel Module for aarch64  615.71.09  Release Build  (root@)", "615.71.09"),
    ],
)
def test_the_driver_that_is_loaded(tmp_path: Path, told: str, version: str) -> None:
    path = tmp_path / "proc/driver/nvidia/version"
    path.parent.mkdir(parents=True)
    path.write_text(NVRM.format(told))
    assert nvidia.observe_nvidia_driver(str(tmp_path)) == {
        "loaded": True,
        "version": version,
        "seenIn": "/proc/driver/nvidia/version",
    }


@pytest.mark.parametrize(
    ("modules", "loaded", "version"),
    [
        ({"nvidia": "535.104.05\n", "nvidia_uvm": ""}, True, "535.104.05"),
        ({"nvidia": None, "xfs": None}, True, None),
        ({"xfs": None, "nvidia_wmi_ec_backlight": None}, False, None),
    ],
)
def test_the_driver_by_the_kernel_s_modules(
    tmp_path: Path, modules: dict[str, str | None], loaded: bool, version: str | None
) -> None:
    for name, text in modules.items():
        folder = tmp_path / "sys/module" / name
        folder.mkdir(parents=True)
        if text is not None:
            (folder / "version").write_text(text)
    seen = {"loaded": loaded, "version": version, "seenIn": "/sys/module"}
    assert nvidia.observe_nvidia_driver(str(tmp_path)) == seen


@pytest.mark.parametrize("folder", ["proc/driver/nvidia", "sys/module"])
def test_a_kernel_that_shows_no_modules(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert nvidia.observe_nvidia_driver(str(tmp_path)) is None


@pytest.mark.parametrize(("ranges", "count"), [("0\n", 1), ("0-3\n", 4), ("0-3,8,10-11\n", 7)])
def test_counting_cpus(ranges: str, count: int) -> None:
    assert node.count_cpus(ranges) == count


def test_memory() -> None:
    text = "MemTotal:       16 kB\nMemFree: 1 kB\nSwapTotal: 2 kB\nHugePages_Total: 0\n"
    assert node.parse_meminfo(text) == {"totalBytes": 16384, "availableBytes": None, "swapBytes": 2048}


def test_a_disk_that_is_not_there(observe: Observe) -> None:
    with pytest.raises(Fault) as caught:
        observe(node.observe, {"diskPath": "/nowhere"})
    assert (caught.value.code, str(caught.value)) == (
        "unreadable",
        "the file system at /nowhere cannot be read: No such file or directory",
    )


def test_a_disk_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr(node, "DISK_TIMEOUT", 0.05)
    monkeypatch.setattr(os, "statvfs", lambda _: os.read(reader, 1))
    with pytest.raises(Fault, match=r"^the file system at /data did not answer in 0.05 s$"):
        node.observe_disk("/data")
    os.close(writer)


def test_this_machine(run_probe: Callable[..., Ended], tmp_path: Path) -> None:
    before = time.time()
    ended = run_probe("node", {"diskPath": str(tmp_path)})
    data: Json = ended.frame["data"]
    space = os.statvfs(tmp_path)
    assert ended.code == 0
    assert data["disk"]["totalBytes"] == space.f_blocks * space.f_frsize
    assert data["memory"]["totalBytes"] == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert data["kernel"]["release"] == os.uname().release
    assert before - 0.1 < data["startedAt"] < time.time() + 0.1
    assert data["bootTime"] < data["startedAt"]
    assert data["nvidiaDriver"] == nvidia.observe_nvidia_driver()
    assert data["clock"] == {
        "skewSeconds": None,
        "reference": None,
        "reason": "not in a pod, and no clockReference is given",
    }
    assert ended.frame["detail"]["user"]["uid"] == os.getuid()


def test_in_a_pod_the_api_server_tells_the_time_and_the_image_no_os(run_probe: Callable[..., Ended]) -> None:
    port = servers.free_port()
    ended = run_probe("node", KUBERNETES_SERVICE_HOST="127.0.0.1", KUBERNETES_SERVICE_PORT=str(port))
    assert ended.frame["data"]["os"] is None
    assert ended.frame["data"]["clock"] == {
        "skewSeconds": None,
        "reference": f"https://127.0.0.1:{port}",
        "reason": f"https://127.0.0.1:{port} did not tell the time: [Errno 111] Connection refused",
    }
