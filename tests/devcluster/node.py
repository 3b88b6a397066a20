"""A node: its own network, mounts and host name, held by one process, and the daemons of a node inside."""

import contextlib
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.devcluster import cgroups, daemons, network, nodeconfig
from tests.devcluster.console import run
from tests.devcluster.controlplane import SERVER, Options, options
from tests.devcluster.layout import BIN, RUN
from tests.devcluster.pki import Authority, write_kubeconfig

NUMBERS = (1, 2)
_MOUNT_POINTS = (
    Path("/run/mount"),
    Path("/run/containerd"),
    Path("/run/netns"),
    Path("/var/lib/cni"),
    Path("/var/lib/kubelet"),
    Path("/var/log/containers"),
    Path("/var/log/pods"),
)
_MADE = RUN / "mount-points"


@dataclass(frozen=True)
class Node:
    """One of the nodes, by its number from 1."""

    number: int

    @property
    def name(self) -> str:
        """The name of the node in the API, and its host name."""
        return f"node-{self.number}"

    @property
    def folder(self) -> Path:
        """All that the node keeps."""
        return RUN / self.name

    @property
    def kubelet(self) -> str:
        """The name of the kubelet's daemon."""
        return f"{self.name}.kubelet"

    @property
    def _holder(self) -> str:
        return f"{self.name}.holder"

    @property
    def _containerd(self) -> str:
        return f"{self.name}.containerd"

    def boot(self) -> None:
        """Make the node's namespaces and its link, and start containerd in it."""
        self.folder.mkdir(parents=True)
        cgroups.create(f"{cgroups.NAME}/{self.name}")
        apart = ["unshare", "--net", "--mount", "--uts", "--propagation", "private"]
        pid = daemons.start(self._holder, [*apart, str(BIN / "pause")])
        program = Path(f"/proc/{pid}/exe")
        made = f"the namespaces of {self.name} are made"
        daemons.wait_until(made, lambda: program.resolve().name == "pause", self._holder)
        network.attach(self.number, pid)
        self._set_up_network()
        self._set_up_mounts()
        config = nodeconfig.write_containerd(self.folder, network.pod_range(self.number))
        self._start(self._containerd, ["containerd", "--config", str(config)])

    def load(self, archives: Sequence[Path]) -> None:
        """Import image archives into containerd, as soon as it answers."""
        daemons.wait_until("containerd answers", self._containerd_answers, self._containerd)
        for archive in archives:
            run([*self._ctr(), "images", "import", str(archive)])

    def join(self, authority: Authority) -> None:
        """Start the kubelet and kube-proxy."""
        self._start_kubelet(authority)
        self._start_kube_proxy(authority)

    def _start_kubelet(self, authority: Authority) -> None:
        user, address = f"system:node:{self.name}", network.node_address(self.number)
        identity = authority.issue(self.name, user, ["system:nodes"], [self.name, address])
        kubeconfig = self.folder / "kubelet.kubeconfig"
        group = f"/{cgroups.NAME}/{self.name}"
        config = nodeconfig.write_kubelet(self.folder, group, identity, authority.credentials)
        values: Options = {
            "config": config,
            "kubeconfig": write_kubeconfig(kubeconfig, SERVER, authority.credentials, identity),
            "hostname-override": self.name,
            "node-ip": address,
            "cert-dir": self.folder / "certificates",
            "container-runtime": "remote",
            "container-runtime-endpoint": f"unix://{nodeconfig.containerd_socket(self.folder)}",
        }
        self._start(self.kubelet, [str(BIN / "kubelet"), *options(values)])

    def _start_kube_proxy(self, authority: Authority) -> None:
        client = authority.issue(f"{self.name}-proxy", "system:kube-proxy")
        kubeconfig = self.folder / "kube-proxy.kubeconfig"
        write_kubeconfig(kubeconfig, SERVER, authority.credentials, client)
        config = nodeconfig.write_kube_proxy(self.folder, self.name, kubeconfig)
        self._start(f"{self.name}.kube-proxy", [str(BIN / "kube-proxy"), f"--config={config}"])

    def _start(self, name: str, argv: Sequence[str]) -> None:
        daemons.start(name, [*self._inside(), *argv])

    def _inside(self) -> list[str]:
        # `ip netns exec` would mount a new /sys, without the cgroups.
        return ["nsenter", f"--target={daemons.running_pid(self._holder)}", "--mount", "--net", "--uts"]

    def _set_up_network(self) -> None:
        others = [number for number in NUMBERS if number != self.number]
        for command in (
            ["hostname", self.name],
            ["ip", "link", "set", "lo", "up"],
            ["ip", "address", "add", f"{network.node_address(self.number)}/24", "dev", "eth0"],
            ["ip", "link", "set", "eth0", "up"],
            ["ip", "route", "add", "default", "via", network.HOST],
            *(["ip", "route", "add", network.pod_range(n), "via", network.node_address(n)] for n in others),
            ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"],
        ):
            run([*self._inside(), *command])

    def _set_up_mounts(self) -> None:
        for point in _MOUNT_POINTS:
            own = self.folder / "mounts" / point.relative_to("/")
            own.mkdir(parents=True)
            run([*self._inside(), "mount", "--bind", str(own), str(point)])
        run([*self._inside(), "mount", "--make-rshared", "/"])

    def _ctr(self) -> list[str]:
        return ["ctr", "--address", str(nodeconfig.containerd_socket(self.folder)), "--namespace", "k8s.io"]

    def _containerd_answers(self) -> bool:
        return subprocess.run([*self._ctr(), "version"], capture_output=True).returncode == 0


NODES = tuple(Node(number) for number in NUMBERS)


def make_mount_points() -> None:
    """Make the folders that every node hides behind its own, and remember which were not there."""
    missing = [str(point) for point in _MOUNT_POINTS if not point.exists()]
    _MADE.write_text("\n".join(missing))
    for point in missing:
        Path(point).mkdir(parents=True)


def remove_mount_points() -> None:
    """Remove the folders that were not there before, unless somebody else uses them now."""
    if _MADE.exists():
        for point in _MADE.read_text().split():
            with contextlib.suppress(OSError):
                Path(point).rmdir()
