"""The mesh, dns and egress probes in real networks, with real filters, small MTUs and clocks that are off."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Verdict
from tests.devcluster.console import run
from tests.e2e.networks import PACKAGES, Network, Node, network
from tests.probes.conftest import PROBES, read_frames
from tests.probes.meshes import PORT, tell
from tests.unit.builders import inventory, judge, node, row
from tests.unit.meshes import mesh

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
Told = dict[str, Json]
ZONE = "topology.kubernetes.io/zone"
MTU_ROW = row("path-mtu", {"overheads": {"IPIP": 20, "VXLAN": 50, "WireGuard": 80}})


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    """These tests have no cluster."""


@pytest.fixture(scope="module", autouse=True)
def installed(debian: Callable[[tuple[str, ...]], None]) -> None:
    debian(PACKAGES)


@pytest.fixture
def four(installed: None) -> Iterator[Network]:
    """Four nodes that reach each other."""
    with network(4) as made:
        yield made


def start(probe: str, on: Node, parameters: Json, **environment: str) -> Callable[[], Json]:
    """Begin a probe on a node; what is returned waits for its frame."""
    own = {"RUNAI_PREFLIGHT_RUN": "r1", "RUNAI_PREFLIGHT_TARGET": on.name, **environment}
    process = on.start(sys.executable, "-IS", str(PROBES / f"{probe}.py"), **own)
    assert process.stdin
    process.stdin.write(json.dumps(parameters))
    process.stdin.close()
    process.stdin = None

    def end() -> Json:
        output, _ = process.communicate(timeout=90)
        (frame,) = read_frames(output)
        return frame

    return end


def meet(made: Network, folder: Path, *, six: bool = False, preload: dict[str, str] | None = None) -> Told:
    """What all nodes tell of each other, as the mesh probe's data by node; some with a library preloaded."""
    ends = {}
    for each in made.nodes:
        parameters = {"peersFile": str(folder / each.name), "timeout": 60, "linger": 5}
        ends[each.name] = start("mesh", each, parameters, LD_PRELOAD=(preload or {}).get(each.name, ""))
    for each in made.nodes:
        each.await_port(PORT)
    for each in made.nodes:
        others = (other for other in made.nodes if other is not each)
        tell(folder / each.name, {other.name: other.address6 if six else other.address for other in others})
    return {name: end()["data"] for name, end in ends.items()}


def verdicts(told: Told, check: str = "node-mesh", read: Inventory | None = None) -> list[Verdict]:
    """What the check says of it."""
    asked = {"node-mesh": row("node-mesh", {"groupBy": [ZONE]}), "path-mtu": MTU_ROW}
    asked["peer-clocks"] = row("peer-clocks", {"within": 1})
    return judge(asked[check], mesh(dict(told), read))


@pytest.mark.parametrize("six", [False, True])
def test_all_well(four: Network, tmp_path: Path, six: bool) -> None:
    told = meet(four, tmp_path, six=six)
    (one,) = verdicts(told)
    assert one.message == "the pods of 4 nodes reach each other: 12 connections"
    assert [each.message for each in verdicts(told, "path-mtu")] == [
        "packets as large as the pods' MTU pass between 4 nodes (1500 bytes)"
    ]
    assert [each.status for each in verdicts(told, "peer-clocks")] == ["pass"]
    assert all(data["complete"] for data in told.values())


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (f"tcp dport {PORT} drop", "timeout"),
        (f"tcp dport {PORT} reject with tcp reset", "refused"),
        (f"tcp dport {PORT} reject with icmpx port-unreachable", "refused"),
        (f"tcp dport {PORT} reject with icmpx admin-prohibited", "unreachable"),
        (f"tcp dport {PORT} tcp flags & psh == psh drop", "silent"),
        (f"tcp dport {PORT} tcp flags & psh == psh reject with tcp reset", "reset"),
    ],
)
def test_a_node_that_lets_nobody_in(four: Network, tmp_path: Path, rule: str, code: str) -> None:
    four.nodes[1].filter(rule)
    (one,) = verdicts(meet(four, tmp_path))
    assert (one.status, one.subject.name) == ("fail", "n2")
    told, _, codes = one.message.partition(" (")
    assert told == "it reaches 3 of 3 other nodes, and 0 of 3 reach it"
    assert code in codes  # a peer that waits for what was dropped may give up first, which resets


def test_one_node_that_does_not_let_in_one_other(four: Network, tmp_path: Path) -> None:
    four.nodes[2].filter(f"ip saddr {four.nodes[0].address} tcp dport {PORT} drop")
    (one,) = verdicts(meet(four, tmp_path))
    assert (one.subject.name, one.message) == ("n1 -> n3", "not made: timeout, other pods reach it")


def test_two_zones_with_a_firewall_between_them(four: Network, tmp_path: Path) -> None:
    n1, n2, n3, n4 = four.nodes
    for mine, others in (((n1, n2), (n3, n4)), ((n3, n4), (n1, n2))):
        for each in mine:
            each.filter(f"ip saddr {{ {others[0].address}, {others[1].address} }} drop")
    zones = {n1: "a", n2: "a", n3: "b", n4: "b"}
    read = inventory(*(node(each.name, labels={ZONE: zone}) for each, zone in zones.items()))
    (one,) = verdicts(meet(four, tmp_path), read=read)
    assert one.subject.name == "a <-> b"
    assert one.message == "not one of 8 connections between their nodes is made (timeout)"


def test_nothing_passes(four: Network, tmp_path: Path) -> None:
    for each in four.nodes:
        each.filter("iifname eth0 drop")
    (one,) = verdicts(meet(four, tmp_path))
    assert one.message.startswith("not one pod of 4 nodes reaches another (timeout)")


@pytest.mark.parametrize("six", [False, True])
def test_packets_that_vanish_on_a_smaller_link(four: Network, tmp_path: Path, six: bool) -> None:
    """The router would say so, and is not let."""
    four.nodes[3].mtu(1500, 1450)
    four.filter("icmp type destination-unreachable drop", "icmpv6 type packet-too-big drop")
    told = meet(four, tmp_path, six=six)
    found = {each.subject.name: each for each in verdicts(told, "path-mtu")}
    lost = "packets of 1480 bytes to {} of 3 nodes are lost, those of 1450 arrive"
    why = ": VXLAN (50 bytes) may not be reckoned with"
    assert {name: each.status for name, each in found.items()} == dict.fromkeys(
        ("n1", "n2", "n3", "n4"), "warn"
    )
    assert found["n1"].message.startswith(lost.format(1) + why)
    assert found["n4"].message.startswith(lost.format(3) + why)
    assert [each.status for each in verdicts(told)] == ["pass"]


def test_a_smaller_link_of_which_the_router_tells(four: Network, tmp_path: Path) -> None:
    four.nodes[3].mtu(1450, 1450)
    told = meet(four, tmp_path)
    assert [told[name]["mtu"]["lost"] for name in told] == [[], [], [], []]
    assert [each["mtu"] for each in told["n1"]["mtu"]["told"]] == [1450]
    assert (told["n4"]["mtu"]["own"], told["n4"]["mtu"]["told"]) == (1450, [])
    (one,) = verdicts(told, "path-mtu")
    assert one.message == "packets as large as the pods' MTU pass between 4 nodes (1450 bytes)"


@pytest.mark.parametrize("verb", ["drop", "reject"])
def test_udp_that_does_not_arrive(four: Network, tmp_path: Path, verb: str) -> None:
    four.nodes[1].filter(f"udp dport {PORT} {verb}")
    found = verdicts(meet(four, tmp_path), "path-mtu")
    message = "of 3 nodes that TCP reaches UDP does not reach 1"
    assert {each.subject.name: each.message for each in found} == dict.fromkeys(("n1", "n3", "n4"), message)


def test_fragments_that_do_not_arrive(four: Network, tmp_path: Path) -> None:
    four.nodes[1].filter("ip frag-off & 0x1fff != 0 drop", hook="prerouting")
    found = verdicts(meet(four, tmp_path), "path-mtu")
    message = "packets in fragments do not arrive at 1 of 3 nodes"
    assert {each.subject.name: each.message for each in found} == dict.fromkeys(("n1", "n3", "n4"), message)


def test_a_node_whose_clock_is_off(four: Network, tmp_path: Path) -> None:
    ahead = str(tmp_path / "ahead.so")
    run(["cc", "-shared", "-fPIC", "-DAHEAD=95", "-o", ahead, str(Path(__file__).with_name("ahead.c"))])
    (one,) = verdicts(meet(four, tmp_path, preload={"n3": ahead}), "peer-clocks")
    assert (one.status, one.subject.name) == ("fail", "n3")
    assert one.message.startswith("its clock is 9")
    assert one.observed == pytest.approx(95, abs=1)


@pytest.mark.parametrize(
    ("rules", "udp", "tcp"),
    [
        ([], "answer", "answer"),
        (["udp dport 53 drop"], "timeout", "answer"),
        (["udp dport 53 reject"], "unreachable", "answer"),
        (["tcp dport 53 drop"], "answer", "timeout"),
        (["tcp dport 53 reject with tcp reset"], "answer", "unreachable"),
        (
            ["meta l4proto { tcp, udp } th dport 53 reject with icmpx admin-prohibited"],
            "unreachable",
            "unreachable",
        ),
    ],
)
def test_a_resolver_behind_a_filter(four: Network, rules: list[str], udp: str, tcp: str) -> None:
    one, server, *_ = four.nodes
    zone = ["--response", ". 60 IN A 192.0.2.7", "--address", "0.0.0.0", "--tcp"]
    server.serve("dnslib.fixedresolver", *zone, port=53)
    server.filter(*rules)
    asked = {"address": server.address, "query": "app.run.ai"}
    (seen,) = start("dns", one, {"resolvers": [asked], "resolvConf": "/dev/null"})()["data"]["resolvers"]
    assert (seen["udp"]["code"], seen["tcp"]["code"]) == (udp, tcp)


@pytest.mark.parametrize(
    ("rules", "stage", "code"),
    [
        ([], "http", "ok"),
        (["tcp dport 80 drop"], "tcp", "timeout"),
        (["tcp dport 80 reject with tcp reset"], "tcp", "refused"),
        (["tcp dport 80 reject with icmpx admin-prohibited"], "tcp", "unreachable"),
        (["tcp dport 80 tcp flags & psh == psh drop"], "http", "http-timeout"),
        (["tcp dport 80 tcp flags & psh == psh reject with tcp reset"], "http", "http-reset"),
    ],
)
def test_a_site_behind_a_filter(four: Network, rules: list[str], stage: str, code: str) -> None:
    one, site, *_ = four.nodes
    site.serve("http.server", "80", "--bind", site.address, "--directory", "/nonexistent", port=80)
    site.filter(*rules)
    asked = {"host": site.address, "port": 80, "protocol": "http"}
    (seen,) = start("egress", one, {"endpoints": [asked], "timeout": 3})()["data"]["endpoints"]
    assert (seen["stage"], seen["code"]) == (stage, code)
