"""Networks of namespaces: nodes behind a router, with filters and small MTUs where a test wants them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.devcluster.console import run
from tests.probes.conftest import clean_environment

PACKAGES = ("iproute2", "nftables", "procps", "gcc", "libc6-dev")
_DEADLINE = 30.0  # seconds for a server to listen
_FORWARDING = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")


class Node:
    """A namespace with one interface, eth0, whose other end is the router's."""

    def __init__(self, number: int, router: str) -> None:
        self.name = f"n{number}"
        self.address = f"10.77.{number}.2"
        self.address6 = f"fd77:{number}::2"
        self.namespace = f"{router}-{self.name}"
        self._router = router
        self._processes: list[subprocess.Popen[str]] = []

    def attach(self) -> None:
        """Link it to the router, and send it there with everything."""
        number, outer = self.name[1:], self.name
        run(["ip", "netns", "add", self.namespace])
        link = ["type", "veth", "peer", "name", "eth0", "netns", self.namespace]
        run(["ip", "-n", self._router, "link", "add", outer, *link])
        for where, name, host in ((self._router, outer, 1), (self.namespace, "eth0", 2)):
            _ip(where, f"address add 10.77.{number}.{host}/24 dev {name}")
            _ip(where, f"address add fd77:{number}::{host}/64 dev {name} nodad")
            _ip(where, f"link set {name} up")
        _ip(self.namespace, "link set lo up")
        _ip(self.namespace, f"route add default via 10.77.{number}.1")
        _ip(self.namespace, f"route add default via fd77:{number}::1")

    def detach(self) -> None:
        """End what runs here, and take it away."""
        for process in self._processes:
            process.kill()
            process.communicate()
        run(["ip", "netns", "delete", self.namespace])

    def mtu(self, near: int, far: int) -> None:
        """The MTU at the node's end of its link, and at the router's."""
        _ip(self.namespace, f"link set eth0 mtu {near}")
        _ip(self._router, f"link set {self.name} mtu {far}")

    def start(self, *command: str, **environment: str) -> "subprocess.Popen[str]":
        """A process on this node, which does not outlive it."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=clean_environment(Path(os.devnull), **environment),
        )
        self._processes.append(process)
        return process

    def serve(self, module: str, *arguments: str, port: int) -> None:
        """A Python module that serves this port over TCP here."""
        self.start(sys.executable, "-m", module, *arguments)
        self.await_port(port)

    def filter(self, *rules: str, hook: str = "input") -> None:
        """Rules for what comes in; in `prerouting` fragments are not put together yet."""
        _nft(self.namespace, hook, rules)

    def await_port(self, port: int) -> None:
        """Wait until somebody listens on it over TCP."""
        end = time.monotonic() + _DEADLINE
        listening = ["ip", "netns", "exec", self.namespace, "ss", "-Hltn", f"sport = :{port}"]
        while not run(listening).strip():
            assert time.monotonic() < end, f"nobody listens on port {port}"


class Network:
    """Nodes n1, n2, … behind one router; nothing of it is this machine's own."""

    def __init__(self, size: int) -> None:
        self.router = f"preflight{os.getpid()}"
        self.nodes = [Node(number, self.router) for number in range(1, size + 1)]

    def filter(self, *rules: str) -> None:
        """Rules for what the router sends of itself."""
        _nft(self.router, "output", rules)


@contextmanager
def network(size: int) -> Iterator[Network]:
    """A network of this many nodes, until the end of the block."""
    made = Network(size)
    with ExitStack() as stack:
        run(["ip", "netns", "add", made.router])
        stack.callback(run, ["ip", "netns", "delete", made.router])
        run(["ip", "netns", "exec", made.router, "sysctl", "-qw", *_FORWARDING])
        for node in made.nodes:
            node.attach()
            stack.callback(node.detach)
        yield made


def _ip(namespace: str, words: str) -> None:
    run(["ip", "-n", namespace, *words.split()])


def _nft(namespace: str, hook: str, rules: tuple[str, ...]) -> None:
    """One chain with these rules, instead of what was there."""
    chain = f"type filter hook {hook} priority -450;"
    lines = ["flush ruleset", "table inet test {", f"chain {hook} {{", chain, *rules, "}", "}"]
    run(["ip", "netns", "exec", namespace, "nft", "-f", "-"], stdin="\n".join(lines).encode())
