"""The check `rate-limit`."""

from typing import Any

import pytest

from orchestrator.checks.verdicts import CLUSTER
from orchestrator.evidence import Cell, Observation, Outcome, Reason
from orchestrator.inventory.model import Inventory
from orchestrator.requirement import Question, Verdict
from tests.unit.builders import evidence, inventory, judge, node, row, target, verdict

IMAGE = "docker.io/library/alpine:3.10"
ROW = row("rate-limit", {"image": IMAGE, "perNode": 2})
HUB = "registry-1.docker.io:443"


def visit(**entry: Any) -> dict[str, Any]:
    return {
        "image": IMAGE,
        "step": "manifest",
        "stage": "http",
        "code": "ok",
        "registry": HUB,
        "host": HUB,
        **entry,
    }


def left(remaining: int | None, source: str | None = "192.0.2.7") -> dict[str, Any]:
    limit = {"limit": 100, "remaining": remaining, "windowSeconds": 21600, "source": source}
    return visit(rateLimit={key: value for key, value in limit.items() if value is not None})


def judged(*visits: object, nodes: int = 3) -> list[Verdict]:
    """The verdicts where these were met, each on a node of its own; None gave no answer."""
    names = [f"n{number}" for number in range(len(visits))]
    cells = [
        Cell(probe="registry", target=target(name), outcome=Outcome.ANSWERED)
        if met is not None
        else Cell(
            probe="registry", target=target(name), outcome=Outcome.UNANSWERED, reason=Reason.UNSCHEDULABLE
        )
        for name, met in zip(names, visits, strict=True)
    ]
    observations = [
        Observation(probe="registry", target=target(name), source="log", data={"images": [met]})
        for name, met in zip(names, visits, strict=True)
        if met is not None
    ]
    cluster = inventory(*(node(f"n{number}") for number in range(nodes)))
    return judge(ROW, evidence(cluster, cells, observations))


def test_all_nodes_pull_as_one_address() -> None:
    seen = {"limit": 100, "remaining": 99, "windowSeconds": 21600, "source": "192.0.2.7"}
    words = "99 of 100 pulls in 6 h are left to 192.0.2.7; 50 nodes that pull as it need 100, 2 each"
    expected = verdict("warn", CLUSTER, words, seen, "at least 100 pulls")
    assert judged(left(99), left(100), left(99), nodes=50) == [expected]
    (found,) = judged(left(100), left(100), nodes=50)
    assert found.status == "pass"


def test_each_node_has_an_address_of_its_own() -> None:
    found = judged(left(100, "192.0.2.1"), left(3, "192.0.2.2"), nodes=3)
    assert [(one.status, one.message) for one in found] == [
        ("pass", "100 of 100 pulls in 6 h are left to 192.0.2.1; 2 nodes that pull as it need 4, 2 each"),
        ("warn", "3 of 100 pulls in 6 h are left to 192.0.2.2; 2 nodes that pull as it need 4, 2 each"),
    ]


def test_a_registry_that_names_no_source() -> None:
    (found,) = judged(left(5, None))
    assert (
        found.message
        == "5 of 100 pulls in 6 h are left to these nodes; 3 nodes that pull as it need 6, 2 each"
    )


def test_it_is_used_up() -> None:
    (found,) = judged(left(100), visit(code="rate-limited", status=429))
    words = "too much was pulled from this address or by this account"
    assert found == verdict(
        "warn",
        CLUSTER,
        f"nothing more can be pulled now: {HUB} (asked for the manifest): rate-limited: {words}",
        {"step": "manifest", "code": "rate-limited", "host": HUB, "status": 429},
    )


@pytest.mark.parametrize("code", ["ok", "not-found", "unauthorized"])
def test_a_registry_that_tells_of_no_limit(code: str) -> None:
    (found,) = judged(visit(code=code))
    assert (found.status, found.message) == ("pass", f"{HUB} tells of no limit")


@pytest.mark.parametrize(
    ("met", "message"),
    [
        (None, "the registry probe gave no answer: Unschedulable"),
        ({"image": "another"}, f"the registry probe on node n0 tells nothing of {IMAGE}"),
        ({"image": IMAGE, "code": 3}, f"the registry probe on node n0 tells nothing of {IMAGE}"),
        (
            visit(step="ping", stage="resolve", code="nxdomain"),
            f"its limit could not be asked for: {HUB} (asked for its API): nxdomain at resolve",
        ),
        (left(None), "how many pulls are left to 192.0.2.7 is not told"),
    ],
)
def test_it_is_not_known(met: object, message: str) -> None:
    (found,) = judged(met)
    assert (found.status, found.message) == ("unknown", message)


def test_one_node_is_enough_to_ask() -> None:
    found = judged(visit(step="ping", stage="tcp", code="timeout"), left(100), nodes=4)
    assert [one.message for one in found] == [
        "100 of 100 pulls in 6 h are left to 192.0.2.7; 4 nodes that pull as it need 8, 2 each"
    ]


def test_what_it_asks() -> None:
    assert list(ROW.asks(Inventory())) == [
        Question(probe="registry", parameters={"images": [{"image": IMAGE}]})
    ]
