"""Observes the machine it runs on: system, kernel, cgroups, runtime, NVIDIA driver, sizes, clock."""

from __future__ import annotations

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")

from log import announce

if __name__ == "__main__":
    announce("node")  # before the imports, which take longer than the interpreter's own start

import os
import re
import time

from clock import Reference, observe_skew
from nvidia import observe_nvidia_driver
from shared import Fault, Observation, read, run
from tasks import within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared import Json

KIB = 1024
DISK_TIMEOUT = 5.0  # seconds; statvfs hangs on a dead network file system
CGROUP = "/sys/fs/cgroup"
# Who named a container's cgroup; both name themselves only under the systemd driver.
SCOPE = re.compile(r"(?:^|/)(cri-containerd|crio|docker|libpod)-[0-9a-f]{12,}\.scope")
SYSTEMD_PATH = re.compile(r"kubepods[^/]*\.slice|" + SCOPE.pattern)
CGROUPFS_PATH = re.compile(r"/kubepods/|/docker/[0-9a-f]{12}")
RUNTIME_FOLDERS = {
    "containerd": re.compile(r"/containerd/io\.containerd\."),
    "cri-o": re.compile(r"/containers/storage/"),
    "docker": re.compile(r"/docker/(?:overlay2|containers)/"),
}
RUNTIME_SOCKETS = {
    "/run/containerd/containerd.sock": "containerd",
    "/run/k3s/containerd/containerd.sock": "containerd",
    "/run/crio/crio.sock": "cri-o",
    "/run/docker.sock": "docker",
}
SCOPE_RUNTIMES = {"cri-containerd": "containerd", "crio": "cri-o", "docker": "docker", "libpod": "podman"}


def parse_os_release(text: str) -> dict[str, str]:
    """The variables of an os-release file, unquoted."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {key.strip(): _unquote(value.strip()) for key, value in pairs}


def _unquote(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", re.sub(r"^([\"'])(.*)\1$", r"\2", value))


def observe_os(host_root: str | None) -> Json | None:
    """The host's os-release; a pod without the host's root sees its image's only, which says nothing."""
    if host_root is None:
        return None
    text = read(f"{host_root}/etc/os-release") or read(f"{host_root}/usr/lib/os-release")
    if text is None:
        return None
    names = {"id": "ID", "versionId": "VERSION_ID", "name": "NAME", "prettyName": "PRETTY_NAME"}
    release = parse_os_release(text)
    return {key: release.get(name) for key, name in names.items()}


def cgroup_version(mountinfo: str) -> int | None:
    """2 where the unified hierarchy holds the controllers, 1 for the old and for the hybrid layout."""
    kinds = [line.split(" - ", 1)[1].split()[0] for line in mountinfo.splitlines() if " - cgroup" in line]
    return 1 if "cgroup" in kinds else 2 if "cgroup2" in kinds else None


def cgroup_driver(sources: dict[str, str]) -> tuple[str | None, str | None]:
    """The kubelet's (or runtime's) driver as the paths of cgroups tell it, and where that was seen."""
    for source, text in sources.items():
        if SYSTEMD_PATH.search(text):
            return "systemd", source
        if CGROUPFS_PATH.search(text):
            return "cgroupfs", source
    return None, None


def observe_cgroup(sources: dict[str, str], host_root: str | None) -> Json:
    """Version and driver of the cgroups; the driver is null where a namespace hides the paths."""
    driver, seen_in = cgroup_driver(sources)
    if driver is None and host_root is not None:
        for path, name in ((f"{CGROUP}/kubepods.slice", "systemd"), (f"{CGROUP}/kubepods", "cgroupfs")):
            if os.access(host_root.rstrip("/") + path, os.F_OK):
                driver, seen_in = name, path
    return {"version": cgroup_version(sources["/proc/self/mountinfo"]), "driver": driver, "seenIn": seen_in}


def observe_runtime(sources: dict[str, str], host_root: str | None) -> Json | None:
    """The container runtime as cgroup paths, mounts or sockets betray it."""
    for source, text in sources.items():
        scope = SCOPE.search(text)
        if scope:
            return {"name": SCOPE_RUNTIMES[scope.group(1)], "seenIn": source}
        for name, folder in RUNTIME_FOLDERS.items():
            if folder.search(text):
                return {"name": name, "seenIn": source}
    root = "" if host_root is None else host_root.rstrip("/")
    for path, name in RUNTIME_SOCKETS.items():
        if os.access(root + path, os.F_OK):
            return {"name": name, "seenIn": path}
    return None


def count_cpus(ranges: str) -> int:
    """How many CPUs a kernel's list holds, as `0-3,8`."""
    ends = [part.split("-") for part in ranges.strip().split(",")]
    return sum(int(end[-1]) - int(end[0]) + 1 for end in ends)


def cpu_quota() -> float | None:
    """CPUs that the container's cgroup may use; null is no limit."""
    words = (read(f"{CGROUP}/cpu.max") or "").split()
    if not words:
        words = [(read(f"{CGROUP}/cpu/cpu.cfs_{name}_us") or "").strip() for name in ("quota", "period")]
    quota, period = words
    return round(int(quota) / int(period), 3) if quota.isdigit() and period.isdigit() else None


def parse_meminfo(text: str) -> dict[str, int | None]:
    """Bytes in all, available and of swap."""
    names = {"totalBytes": "MemTotal", "availableBytes": "MemAvailable", "swapBytes": "SwapTotal"}
    sizes = {line.split(":")[0]: int(line.split()[1]) * KIB for line in text.splitlines() if ":" in line}
    return {key: sizes.get(name) for key, name in names.items()}


def observe_disk(path: str) -> Json:
    """Bytes of the file system at the path: in all, and free to those who are not root."""
    try:
        space = within(DISK_TIMEOUT, lambda: os.statvfs(path))
    except TimeoutError:
        raise Fault("timeout", f"the file system at {path} did not answer in {DISK_TIMEOUT:g} s") from None
    except OSError as error:
        raise Fault("unreadable", f"the file system at {path} cannot be read: {error.strerror}") from None
    return {
        "path": path,
        "totalBytes": space.f_blocks * space.f_frsize,
        "freeBytes": space.f_bavail * space.f_frsize,
    }


def observe_clock(url: str) -> Json:
    """Skew against the URL's server, or in a pod against the API server."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if url:
        try:
            reference = Reference.parse(url)
        except ValueError as error:
            raise Fault("bad-parameters", str(error)) from None
    elif host:
        reference = Reference(host, int(port), tls=True)
    else:
        reason = "not in a pod, and no clockReference is given"
        return {"skewSeconds": None, "reference": None, "reason": reason}
    return observe_skew(reference)


def process_start(stat: str) -> float:
    """Epoch seconds at which the process of this /proc/PID/stat began."""
    ticks = int(stat.rpartition(")")[2].split()[19])
    return round(boot_time() + ticks / os.sysconf("SC_CLK_TCK"), 3)


def boot_time() -> float:
    """Epoch seconds at which the machine started."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def observe(observation: Observation) -> None:
    """All of it, the clock last: it is the only one that needs the network."""
    data = observation.data
    given = observation.parameter("hostRoot", "")
    host_root = given or (None if "KUBERNETES_SERVICE_HOST" in os.environ else "/")
    paths = ("/proc/self/cgroup", "/proc/1/cgroup", "/proc/self/mountinfo")
    sources = {path: read(path) or "" for path in paths}
    system = os.uname()
    observation.stage = "system"
    data["startedAt"] = process_start(read("/proc/self/stat") or "")
    data["bootTime"] = round(boot_time(), 1)
    data["os"] = observe_os(host_root)
    data["kernel"] = {"name": system.sysname, "release": system.release}
    data["architecture"] = system.machine
    data["cgroup"] = observe_cgroup(sources, host_root)
    data["runtime"] = observe_runtime(sources, host_root)
    data["nvidiaDriver"] = observe_nvidia_driver()
    online = read("/sys/devices/system/cpu/online")
    data["cpus"] = {"online": count_cpus(online) if online else os.cpu_count(), "quota": cpu_quota()}
    data["memory"] = parse_meminfo(read("/proc/meminfo") or "")
    observation.detail = {
        "kernelVersion": system.version,
        "user": {"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups()},
        "readOnlyRoot": bool(os.statvfs("/").f_flag & os.ST_RDONLY),
        "cgroups": sources["/proc/self/cgroup"].splitlines(),
    }
    observation.stage = "disk"
    data["disk"] = observe_disk(observation.parameter("diskPath", "/"))
    observation.stage = "clock"
    data["clock"] = observe_clock(observation.parameter("clockReference", ""))


if __name__ == "__main__":
    run("node", observe)
