import re

from orchestrator.evidence import Reason
from orchestrator.report.text import render_text
from orchestrator.requirement import Status
from tests.report.builders import cell, evidence, finding, node, observation, report

REPORT = report(
    finding(
        "kubernetes.version",
        Status.PASS,
        message="Kubernetes is v1.23.17",
        observed="1.23.17",
        expected=">=1.21",
    ),
    finding("egress.gcr", Status.FAIL, "gpu-1", "gcr.io is not reached", observed=[{"via": "direct"}]),
    finding("egress.gcr", Status.PASS, "gpu-2", "gcr.io is reached", observed=[{"via": "proxy"}]),
    ledger=(
        cell("egress", "gpu-1", seconds=2.25, object="p-1"),
        cell("egress", "gpu-2", Reason.EVICTED, "no memory"),
    ),
)
EVIDENCE = evidence(
    node("gpu-1"),
    observations=(observation("egress", "gpu-1", {"endpoints": [{"code": "ok"}]}, detail={"log": "a\nb"}),),
)


FINDINGS = """\
[FAIL] egress.gcr: Title of egress.gcr
  severity required, check endpoint
  fail, 1 of 2: gcr.io is not reached
    nodes:
      - gpu-1
    observed:
      - via: direct
  pass, 1 of 2: gcr.io is reached
    nodes:
      - gpu-2
    observed:
      - via: proxy
  to do: Let every node reach it.
    curl -v https://gcr.io/v2/
  source: The documentation, Network, https://docs.example/net

[PASS] kubernetes.version: Title of kubernetes.version
  severity required, check endpoint
  pass, 1 of 1: Kubernetes is v1.23.17
    observed: 1.23.17
    expected: >=1.21
  source: The documentation, Network, https://docs.example/net
"""
LEDGER = """\
  egress, 1 target answered
    node gpu-1, p-1, 2.2 s
  egress, 1 target unanswered: Evicted: no memory
    node gpu-2
"""
OBSERVATIONS = """\
  egress on node gpu-1
    stage: done
    source: log
    reduced: false
    data:
      endpoints:
        - code: ok
    detail:
      log: |
        a
        b
"""


def sections(text: str) -> dict[str, str]:
    """What stands below each title."""
    _, *parts = re.split(r"\n([A-Z -]+)\n=+\n", text)
    return {title: body.strip("\n") + "\n" for title, body in zip(parts[::2], parts[1::2], strict=True)}


def test_the_head_tells_the_answer_and_of_what() -> None:
    assert render_text(REPORT, None).splitlines()[:3] == [
        "runai-preflight report",
        "NOT READY: 1 of 2 requirements fails, 1 passes",
        "Run:ai 2.7 on v1.23.17 (eks), 2 nodes",
    ]


def test_findings_ledger_and_observations_are_all_there() -> None:
    told = sections(render_text(REPORT, EVIDENCE))
    assert list(told) == ["RUN", "FINDINGS", "LEDGER", "CLEAN-UP", "NOT READ", "INVENTORY", "OBSERVATIONS"]
    assert told["FINDINGS"] == FINDINGS
    assert told["LEDGER"] == LEDGER
    assert told["OBSERVATIONS"] == OBSERVATIONS


def test_the_inventory_tells_the_distribution_and_what_gave_it_away() -> None:
    inventory = sections(render_text(REPORT, EVIDENCE))["INVENTORY"]
    assert "    id: eks\n" in inventory
    assert "      - serverVersion v1.23.17-eks-a5565ad\n" in inventory
    assert "  shape 1:\n    count: 1\n    osImage: Ubuntu 20.04.6 LTS\n" in inventory


def test_without_evidence_the_report_says_that_it_is_not_at_hand() -> None:
    told = sections(render_text(REPORT, None))
    absent = "  not at hand: this report was written without its evidence\n"
    assert (told["INVENTORY"], told["OBSERVATIONS"]) == (absent, absent)


def test_a_run_that_looked_at_no_cluster_has_no_inventory() -> None:
    told = sections(render_text(report(cluster=None), evidence().model_copy(update={"inventory": None})))
    assert told["INVENTORY"] == "  none: this run looked at no cluster\n"
    assert told["LEDGER"] == "  no probe was to be run\n"


def test_of_a_fleet_the_many_that_are_alike_are_not_listed() -> None:
    statuses = [Status.FAIL if i == 7 else Status.PASS for i in range(30)]
    findings = [finding("r", status, f"n{i}", observed=i % 2) for i, status in enumerate(statuses)]
    text = render_text(report(*findings), None)
    assert "fail, 1 of 30: as it is\n    nodes:\n      - n7\n" in text
    assert "pass, 29 of 30: as it is\n    nodes: all others\n    on:\n      - n0\n      - n2\n" in text


def test_no_secret_and_no_control_character_leaves_the_machine() -> None:
    secret = "hunter2"
    hostile = f"\x1b[31mhttp://ops:{secret}@proxy\u202e\nLEDGER\n======\n"
    seen = report(
        finding("r", Status.FAIL, hostile, hostile, observed={"password": secret, "lines": [hostile]}),
        finding("\x1b[2J\nLEDGER\n======\n", Status.WARN),
        features=("\x9b2J",),
        ledger=(cell("dns", hostile, Reason.CRASHED, f"token={secret}"),),
    )
    data = {"headers": {"Authorization": f"Bearer {secret}0123"}, "clientSecret": f"{secret}\n{secret}"}
    known = evidence(
        node("n1", labels={"token": secret}),
        observations=(observation("dns", "n1", data, detail={"log": [hostile], "password": secret}),),
    )
    text = render_text(seen, known)
    assert secret not in text
    assert not set(text) & set("\x1b\x9b\u202e")
    assert text.count("\nLEDGER\n======\n") == 1


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render_text(REPORT, EVIDENCE) == render_text(REPORT, EVIDENCE)


def test_nodes_that_saw_the_same_are_told_together_however_long_it_took() -> None:
    findings = [finding("r", Status.PASS, f"n{i}", observed={"code": "ok", "ms": float(i)}) for i in range(3)]
    assert render_text(report(*findings), None).count("code: ok") == 1
