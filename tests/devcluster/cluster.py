"""The cluster as tests use it: started wiped, gone without a trace, and broken on purpose in between."""

import fcntl
import json
import shutil
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from tests.devcluster import cgroups, controlplane, daemons, dns, images, network, node, sysctls
from tests.devcluster import registry as image_registry
from tests.devcluster.build import build
from tests.devcluster.console import DevclusterError, note, run, step
from tests.devcluster.layout import BIN, KUBECONFIG, LOCK, RUN
from tests.devcluster.pki import Authority


class Cluster:
    """The one cluster of this machine, whether this process started it or another did.

    As a context manager it is started wiped and taken down at the end, after an exception or SIGTERM as well.
    """

    kubeconfig: Path = KUBECONFIG
    registry: str = image_registry.ADDRESS
    image: str = f"{image_registry.ADDRESS}/{images.PYTHON}"
    nodes: Sequence[str] = tuple(each.name for each in node.NODES)

    def __init__(self) -> None:
        LOCK.parent.mkdir(parents=True, exist_ok=True)
        self._lock = LOCK.open("w")

    def __enter__(self) -> Self:
        unwind_on_sigterm()
        with step("waited for the cluster's other users"):
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()
        self._lock.close()

    def up(self) -> None:
        """Start a wiped cluster, building first what is missing; what fails to start is taken down again."""
        artefacts = build()
        self.down()
        try:
            with step("the cluster is up"):
                self._start(artefacts)
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Stop everything, the latest started first, and put the machine back as it was."""
        if not RUN.exists():
            return
        with step("the cluster is down"):
            for name in daemons.running():
                daemons.stop(name, grace=2)
            cgroups.kill_all()
            cgroups.remove()
            network.remove()
            sysctls.restore()
            node.remove_mount_points()
            shutil.rmtree(RUN)

    def status(self) -> str:
        """Return the daemons that run and the nodes as the API shows them; a cluster that is down says so."""
        if not RUN.exists():
            return "The cluster is down."
        names = ", ".join(reversed(daemons.running()))
        return f"Running: {names}\n{self.kubectl('get', 'nodes', '--output=wide')}"

    def stop_node(self, name: str) -> None:
        """Stop the kubelet of a node and wait until the cluster has noticed; its pods live on."""
        daemons.stop(_node(name).kubelet)
        self._wait_ready(name, "Unknown")

    def start_node(self, name: str) -> None:
        """Start the kubelet of a node again and wait until the node is Ready."""
        daemons.start_again(_node(name).kubelet)
        self._wait_ready(name, "True")

    def restart_apiserver(self) -> None:
        """Stop the API server, start it again and wait until it is ready."""
        daemons.stop(controlplane.API_SERVER, grace=1)
        daemons.start_again(controlplane.API_SERVER)
        controlplane.wait()

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as the administrator and return its stdout."""
        command = [str(BIN / "kubectl"), f"--kubeconfig={self.kubeconfig}", *arguments]
        return run(command, env={"HOME": str(RUN)}, stdin=None if stdin is None else stdin.encode())

    def _start(self, artefacts: Path) -> None:
        _prepare_machine(artefacts)
        authority = Authority(RUN / "pki")
        controlplane.start_etcd()
        controlplane.start_api_server(authority)
        image_registry.start()
        with ThreadPoolExecutor() as pool:
            list(pool.map(node.Node.boot, node.NODES))
            archives = images.write_all(artefacts, self.registry, RUN / "images")
            loading = [pool.submit(each.load, list(archives.values())) for each in node.NODES]
            image_registry.wait()
            pushing = [pool.submit(image_registry.push, archive, name) for name, archive in archives.items()]
            controlplane.wait()
            controlplane.start_controllers(authority)
            for task in (*loading, *pushing):
                task.result()
        for each in node.NODES:
            each.join(authority)
        self._finish()

    def _finish(self) -> None:
        self.kubectl("apply", "--filename=-", stdin=json.dumps(dns.manifests()))
        for each in node.NODES:
            known = partial(self._is_known, each.name)
            daemons.wait_until(f"{each.name} is in the API", known, each.kubelet)
            self._wait_ready(each.name, "True")
        rollout = ("rollout", "status", f"daemonset/{dns.NAME}", f"--namespace={dns.NAMESPACE}")
        self.kubectl(*rollout, "--timeout=60s")

    def _is_known(self, name: str) -> bool:
        return f"node/{name}" in self.kubectl("get", "nodes", "--output=name").split()

    def _wait_ready(self, name: str, status: str) -> None:
        self.kubectl("wait", f"node/{name}", f"--for=condition=Ready={status}", "--timeout=60s")


def _prepare_machine(artefacts: Path) -> None:
    RUN.mkdir(mode=0o700)
    BIN.symlink_to(artefacts / "bin")
    sysctls.save()
    cgroups.create()
    node.make_mount_points()
    network.create()


def _node(name: str) -> node.Node:
    for each in node.NODES:
        if each.name == name:
            return each
    raise DevclusterError(f"there is no node {name}; the nodes are {', '.join(Cluster.nodes)}")


def unwind_on_sigterm() -> None:
    """Make SIGTERM end the program by an exception, so that it cleans up (asked for by a main thread)."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _exit)


def _exit(signum: int, frame: FrameType | None) -> None:
    note("SIGTERM received: taking the cluster down")
    raise SystemExit(128 + signum)
