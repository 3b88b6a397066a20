"""The plan: the same input gives the same plan, every node is accounted for, the clocks nest."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.condition import Facts
from orchestrator.errors import UsageError
from orchestrator.evidence import Outcome, Reason, TargetKind
from orchestrator.inventory.model import Inventory, Malformed
from orchestrator.objects import Node
from orchestrator.plan.make import make_plan
from orchestrator.plan.model import Plan, Proxy, Site
from orchestrator.probe import catalogue
from orchestrator.profile.load import load, shipped_names
from orchestrator.profile.select import narrow
from tests.unit.builders import LOST, inventory, node

LONG = ".".join(["n" * 62] * 4)
NODE_LOCAL = ("node", "dns", "egress")
PROFILES = narrow(tuple(map(load, shipped_names())), ("egress.*", "dns.*"), ())


def plan(*nodes: Node, version: str | None = "v1.27.3", facts: Facts | None = None, **site: object) -> Plan:
    read = inventory(*nodes, version=version)
    return make_plan(PROFILES, read, facts or Facts(), Site.model_validate(site), "r1")


def test_the_same_input_gives_the_same_plan() -> None:
    nodes = [node("b"), node("a"), node(LONG)]
    assert plan(*nodes).model_dump_json() == plan(*nodes).model_dump_json()


def test_one_unit_a_node_with_all_its_probes() -> None:
    made = plan(node("a"), node("b"))
    assert [(unit.target.kind, unit.target.name, unit.pod) for unit in made.units] == [
        (TargetKind.NODE, "a", "node-local"),
        (TargetKind.NODE, "b", "node-local"),
    ]
    assert {unit.probes for unit in made.units} == {("node", "dns", "egress")}
    assert made.parameters.keys() == set(NODE_LOCAL)


def test_names_fit_and_differ_whatever_the_nodes_are_called() -> None:
    long = [f"{LONG[:250]}{number:03d}" for number in range(20)]
    names = [unit.name for unit in plan(*(node(name) for name in [*long, "a", "a.b", "a-b"])).units]
    assert len(set(names)) == len(names) == 23
    assert all(len(name) <= 63 and re.fullmatch("preflight-r1-[0-9a-f]{12}", name) for name in names)


@given(
    st.lists(st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", fullmatch=True), unique=True, max_size=8)
)
def test_any_names_of_nodes_give_units_of_their_own(names: list[str]) -> None:
    read = inventory(*(node(name) for name in names), version="v1.27.3")
    made = make_plan(PROFILES, read, Facts(), Site(), "r1")
    assert [unit.target.name for unit in made.units] == names
    assert len({unit.name for unit in made.units}) == len(names)
    assert made.estimate.pods_at_once == len(names)


def test_nodes_that_cannot_be_probed_are_settled_with_the_reason() -> None:
    made = plan(
        node("win", info={"operatingSystem": "windows"}), node("lost", ready=LOST), node("mute", ready=None)
    )
    assert made.units == ()
    assert {(c.probe, c.target.name) for c in made.settled} == {
        (probe, name) for probe in NODE_LOCAL for name in ("win", "lost", "mute")
    }
    assert {(c.target.name, c.outcome, c.reason, c.message) for c in made.settled} == {
        ("win", Outcome.NOT_APPLICABLE, Reason.WINDOWS, "the probes are Linux programs"),
        ("lost", Outcome.UNANSWERED, Reason.NODE_NOT_READY, "NodeStatusUnknown: Kubelet stopped"),
        ("mute", Outcome.UNANSWERED, Reason.NODE_NOT_READY, "it reports no Ready condition"),
    }


def test_a_node_that_cannot_be_understood_owes_every_answer() -> None:
    read = inventory(node("good"), malformed=(Malformed(name="odd", message="status.capacity: no"),))
    made = make_plan(PROFILES, read, Facts(), Site(), "r1")
    assert [unit.target.name for unit in made.units] == ["good"]
    assert [(c.probe, c.target.name, c.outcome, c.reason, c.message) for c in made.settled] == [
        (probe, "odd", Outcome.UNANSWERED, Reason.MALFORMED, "status.capacity: no") for probe in NODE_LOCAL
    ]


@pytest.mark.parametrize(
    "labels", [{"eks.amazonaws.com/compute-type": "fargate"}, {"type": "virtual-kubelet"}]
)
def test_what_is_no_machine_gets_no_pod(labels: dict[str, str]) -> None:
    made = plan(node("front", labels=labels), node("n1", labels={"type": "gpu"}))
    assert [unit.target.name for unit in made.units] == ["n1"]
    assert {(c.target.name, c.outcome, c.reason, c.message) for c in made.settled} == {
        (
            "front",
            Outcome.NOT_APPLICABLE,
            Reason.VIRTUAL,
            "it is no machine: it takes no pod that is pinned to it",
        )
    }


def test_only_what_is_asked_runs_and_with_it_what_always_does() -> None:
    def probes(*ids: str) -> list[str]:
        whole = load("runai-2.7")
        rows = tuple(row for row in whole.requirements if row.id in ids)
        profile = whole.model_copy(update={"requirements": rows})
        return list(make_plan([profile], inventory(node("a")), Facts(), Site(), "r1").parameters)

    assert probes("kubernetes.version", "nodes.ready") == []
    assert probes("dns.cluster") == ["node", "dns"]


def test_where_nothing_is_asked_nothing_runs() -> None:
    made = make_plan([], inventory(node()), Facts(), Site(), "r1")
    assert (made.units, made.settled, made.parameters) == ((), (), {})


@pytest.mark.parametrize(
    ("distribution", "namespace", "scc"),
    [
        ("openshift", "preflight", True),
        ("openshift", "default", False),
        ("openshift", "kube-system", False),
        ("eks", "preflight", False),
        (None, "preflight", False),
    ],
)
def test_where_openshift_chooses_the_user(distribution: str | None, namespace: str, scc: bool) -> None:
    assert plan(node(), facts=Facts(distribution=distribution), namespace=namespace).scc is scc


def test_cordoned_and_tainted_nodes_are_probed() -> None:
    made = plan(node("cordoned", unschedulable=True), node("tainted", taints=["NoSchedule", "NoExecute"]))
    assert [unit.target.name for unit in made.units] == ["cordoned", "tainted"]


@pytest.mark.parametrize("timeout", [50, 51, 60, 150, 600, 3600])
def test_the_clocks_nest(timeout: int) -> None:
    clocks = plan(node(), timeout=timeout).deadlines
    assert 0 < clocks.probe < clocks.pod < clocks.work < clocks.run
    assert (clocks.work, clocks.run, clocks.keep) == (timeout, timeout + 60, 60)
    assert clocks.pod <= clocks.probe + 120


def test_a_run_too_short_for_its_probes_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"^--timeout 49 is too short for probes that may take 30 s each$"
    ) as refused:
        plan(node(), timeout=49)
    assert refused.value.hint == "give at least 50"


@pytest.mark.parametrize(
    ("version", "keeper"),
    [
        ("v1.20.0", True),
        ("v1.25.16-gke.100", True),
        ("v1.26.0", False),
        ("v1.35.1", False),
        (None, True),
        ("odd", True),
    ],
)
def test_old_job_controllers_need_a_keeper(version: str | None, keeper: bool) -> None:
    assert plan(node(), version=version).keeper is keeper


def test_questions_of_several_rows_and_profiles_are_asked_once() -> None:
    endpoints = plan(node()).parameters["egress"]["endpoints"]
    asked = [(each["host"], each["port"], each.get("path")) for each in endpoints]
    assert len(asked) == len(set(asked)) > 5


def test_rows_that_do_not_apply_ask_nothing_and_those_that_may_do() -> None:
    def hosts(facts: Facts) -> set[str]:
        asked = plan(node(), facts=facts).parameters.get("egress", {}).get("endpoints", [])
        return {each["host"] for each in asked}

    assert "runai-charts.storage.googleapis.com" in hosts(Facts())
    assert "runai-charts.storage.googleapis.com" not in hosts(Facts(features=frozenset({"air-gapped"})))


def test_the_site_reaches_the_probes_that_need_it() -> None:
    made = plan(node(), proxy=Proxy(https="http://proxy.example:3128", no_proxy=".local"), ca_bundle="PEM")
    assert made.parameters["egress"]["proxy"] == {"https": "http://proxy.example:3128", "no_proxy": ".local"}
    assert made.parameters["egress"]["caFile"] == "ca.pem"
    assert "proxy" not in made.parameters["node"]
    assert {name: values["timeout"] for name, values in made.parameters.items()} == {
        name: catalogue()[name].timeout for name in NODE_LOCAL
    }


def test_a_keeper_is_counted() -> None:
    estimate = plan(node(), version="v1.20.0").estimate
    assert (estimate.objects, estimate.pods_at_once) == (5, 2)


def test_without_nodes_nothing_would_be_created() -> None:
    made = make_plan(PROFILES, Inventory(), Facts(), Site(), "r1")
    assert (made.units, made.settled, made.estimate.objects, made.estimate.pods_at_once) == ((), (), 0, 0)


def test_the_estimate_grows_with_the_nodes() -> None:
    small, large = plan(node("a")).estimate, plan(*(node(f"n{i}") for i in range(600))).estimate
    assert (small.objects, large.objects) == (4, 1202)
    assert (small.pods_at_once, large.pods_at_once) == (1, 600)
    assert large.api_requests - small.api_requests == 2 * 599 + 1
    assert large.seconds > small.seconds
