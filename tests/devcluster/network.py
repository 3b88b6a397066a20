"""The network of the cluster: a bridge on this machine that the nodes hang on, and what it takes to route."""

import contextlib
from pathlib import Path

from tests.devcluster.console import DevclusterError, run

_PREFIX = "devcluster"
BRIDGE = f"{_PREFIX}0"
CLUSTER = "10.209.0.0/16"
HOST = "10.209.0.1"
SERVICES = "10.210.0.0/16"
FIRST_SERVICE = "10.210.0.1"
DNS_SERVICE = "10.210.0.10"
_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
_RULES = (
    ("-t", "nat", "POSTROUTING", "-s", CLUSTER, "!", "-d", CLUSTER, "-j", "MASQUERADE"),
    ("-t", "filter", "FORWARD", "-i", BRIDGE, "-j", "ACCEPT"),
    ("-t", "filter", "FORWARD", "-o", BRIDGE, "-j", "ACCEPT"),
)


def node_address(number: int) -> str:
    """Return the address of the node with this number, from 1."""
    return f"10.209.0.{10 + number}"


def pod_range(number: int) -> str:
    """Return the addresses of the pods of the node with this number, from 1."""
    return f"10.209.{number}.0/24"


def create() -> None:
    """Make the bridge and let packets pass between it and the world."""
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("address", "add", f"{HOST}/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")
    _FORWARDING.write_text("1")
    for rule in _RULES:
        _iptables("-I", rule)


def attach(number: int, pid: int) -> None:
    """Link the network namespace of process `pid` to the bridge, and route its pods' addresses to it."""
    outer = f"{_PREFIX}{number}"
    ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
    ip("link", "set", outer, "master", BRIDGE, "up")
    ip("route", "add", pod_range(number), "via", node_address(number))


def remove() -> None:
    """Take the links, their routes and the rules away, as far as they are there."""
    for rule in _RULES:
        with contextlib.suppress(DevclusterError):
            _iptables("-D", rule)
    for link in Path("/sys/class/net").glob(f"{_PREFIX}[0-9]"):
        with contextlib.suppress(DevclusterError):
            ip("link", "delete", link.name)


def ip(*arguments: str) -> None:
    """Run the command ip on this machine."""
    run(["ip", *arguments])


def _iptables(action: str, rule: tuple[str, ...]) -> None:
    table, chain, match = rule[:2], rule[2], rule[3:]
    run(["iptables", "-w", *table, action, chain, *match])
