"""Evaluating: every requirement yields a finding, and the same evidence yields the same bytes."""

from typing import Any

import pytest

from orchestrator.evaluate import evaluate
from orchestrator.evidence import Cell, Evidence, Given, Outcome, Reason
from orchestrator.inventory.model import Malformed, Resource
from orchestrator.profile.load import load, shipped_names
from orchestrator.profile.model import Profile
from orchestrator.report.model import Coverage, Finding, Report, Summary
from orchestrator.requirement import Remedy, Severity, Source, Status
from tests.unit.builders import (
    CLUSTER,
    LOST,
    cluster,
    evidence,
    node,
    not_applicable,
    probed,
    row,
    target,
    unanswered,
    unread,
)

ENDPOINT = {"host": "app.run.ai", "port": 443, "during": ["run"]}
SUPPORTED = {"platform": "kubernetes", "supported": ">=1.21 <=1.24"}


def report(seen: Evidence, *rows: Any, features: frozenset[str] = frozenset()) -> Report:
    """The report of a profile with these rows; `x` is a feature of it."""
    profile = Profile.model_validate(
        {
            "name": "test",
            "title": "Test",
            "released": "2024-01",
            "document": "A document",
            "features": {"x": {"description": "X"}},
            "requirements": rows,
        }
    )
    return evaluate(profile, seen, features)


def finding(seen: Evidence, requirement: Any, features: frozenset[str] = frozenset()) -> Finding:
    (found,) = report(seen, requirement, features=features).findings
    return found


def test_a_finding_carries_what_its_row_says() -> None:
    requirement = row("platform-version", SUPPORTED)
    assert finding(cluster(node(), version="v1.25.0"), requirement) == Finding(
        id="some.row",
        title="Some row",
        check="platform-version",
        status=Status.FAIL,
        severity=Severity.REQUIRED,
        subject=CLUSTER,
        message="Kubernetes is v1.25.0; supported: 1.21 to 1.24",
        observed="v1.25.0",
        expected="1.21 to 1.24",
        remedy=Remedy(text="Mend it."),
        source=Source(document="A document", section="A section"),
    )


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (cluster(node()), Status.PASS),
        (cluster(node(unschedulable=True)), Status.WARN),
        (cluster(node(ready=LOST)), Status.FAIL),
        (cluster(unread=(unread(Resource.NODES),)), Status.UNKNOWN),
        (evidence(), Status.SKIP),
    ],
)
def test_a_remedy_is_given_where_something_is_to_be_done(seen: Evidence, status: Status) -> None:
    found = finding(seen, row("nodes-ready"))
    assert found.status is status
    assert (found.remedy is not None) == (status in (Status.WARN, Status.FAIL, Status.UNKNOWN))


@pytest.mark.parametrize(
    ("severity", "status"), [("required", "fail"), ("recommended", "warn"), ("info", "warn")]
)
def test_only_a_required_row_fails(severity: str, status: str) -> None:
    found = finding(cluster(node(ready=LOST)), row("nodes-ready", severity=severity))
    assert (found.severity, found.status) == (severity, status)
    assert found.message == "not ready: NodeStatusUnknown: Kubelet stopped"


def test_an_unknown_is_never_softened() -> None:
    found = finding(cluster(unread=(unread(Resource.NODES),)), row("nodes-ready", severity="info"))
    assert found.status is Status.UNKNOWN


def test_a_row_that_does_not_apply_is_skipped_and_says_why() -> None:
    requirement = row("nodes-ready", when={"feature": "x"})
    found = finding(cluster(node()), requirement)
    assert (found.status, found.message) == ("skip", "does not apply: feature x is not asked for")
    assert finding(cluster(node()), requirement, frozenset({"x"})).status is Status.PASS


def test_a_row_is_judged_by_what_the_user_says() -> None:
    requirement = row("domain-name", {"name": "{cluster-domain}"}, when={"given": "cluster-domain"})
    found = finding(evidence(), requirement)
    assert (found.status, found.message) == ("skip", "does not apply: --cluster-domain is not given")
    told = evidence().told(Given(settings={"cluster-domain": "c.example"}))
    found = finding(told, requirement)
    assert (found.status, found.message) == ("pass", "c.example is a domain name")


def test_what_is_said_now_counts_over_what_was_said_then() -> None:
    then = evidence().told(Given(settings={"domain": "a.example", "cluster-domain": "b.example"}))
    now = then.told(Given(settings={"domain": "c.example"}))
    assert now.run.settings == {"domain": "c.example", "cluster-domain": "b.example"}
    assert then.told(Given()).run.given == then.run.given


def test_whether_a_row_applies_may_be_unknown() -> None:
    requirement = row("endpoint", ENDPOINT, when={"distribution": "gke"})
    found = finding(cluster(unread=(unread(Resource.NODES),)), requirement)
    assert (found.status, found.message) == (
        "unknown",
        "whether this applies is not known: the distribution could not be told",
    )


def test_a_row_that_reads_the_cluster_is_skipped_where_there_is_none() -> None:
    for when in ({}, {"distribution": "gke"}):
        found = finding(evidence(), row("nodes-ready", when=when))
        assert (found.status, found.message) == ("skip", "does not apply: this run looked at no cluster")


@pytest.mark.parametrize("about", [("node-mesh",), ("image-pulled", {}), ("gpu-fractions",)])
def test_a_row_whose_probe_makes_no_sense_on_a_machine_alone_is_skipped_there(about: tuple[Any, ...]) -> None:
    found = finding(evidence(), row(*about))
    assert (found.status, found.message) == ("skip", "does not apply: this run looked at no cluster")


def test_what_could_not_be_read_is_named_by_verb_and_resource() -> None:
    missing = (unread(Resource.API_GROUPS, "get", "403: no"), unread(Resource.VERSION, "get", "timed out"))
    found = report(cluster(unread=missing), row("distribution", {"named": {"eks": {}}})).findings
    assert [(f.status, f.message) for f in found] == [
        ("unknown", "could not get version: timed out"),
        ("unknown", "could not get apigroups: 403: no"),
    ]


ODD = (Malformed(name="odd", message="status.capacity: Input should be a valid dictionary"),)


def test_a_node_that_cannot_be_understood_leaves_every_row_on_nodes_open() -> None:
    rows = [
        row("nodes-ready", severity="recommended"),
        row("container-runtime", {"runtimes": {"containerd": ""}}, id="runtime"),
        row("platform-version", SUPPORTED, id="version"),
    ]
    found = report(cluster(node("n1"), malformed=ODD), *rows).findings
    message = f"the API's object of this node cannot be understood: {ODD[0].message}"
    assert [(f.id, f.subject.name, f.status) for f in found] == [
        ("some.row", "n1", "pass"),
        ("some.row", "odd", "unknown"),
        ("runtime", "n1", "pass"),
        ("runtime", "odd", "unknown"),
        ("version", "cluster", "pass"),
    ]
    assert {f.message for f in found if f.status is Status.UNKNOWN} == {message}


def test_nodes_that_cannot_be_understood_are_there_all_the_same() -> None:
    found = finding(cluster(malformed=ODD), row("nodes-ready"))
    assert (found.subject.name, found.status) == ("odd", "unknown")


def test_a_probe_that_was_not_run_leaves_its_row_unknown() -> None:
    for seen in (cluster(node()), not_applicable("egress"), probed("dns", {})):
        found = finding(seen, row("endpoint", ENDPOINT))
        assert (found.status, found.message) == ("unknown", "the egress probe was not run")


def test_a_row_with_nothing_to_judge_is_unknown() -> None:
    windows = cluster(node(info={"operatingSystem": "windows"}))
    found = finding(windows, row("container-runtime", {"runtimes": {"containerd": ""}}))
    assert (found.status, found.message) == ("unknown", "there was nothing to judge")


def test_the_summary_counts_findings() -> None:
    seen = cluster(node("a"), node("b", ready=LOST), node("c", unschedulable=True))
    rows = [
        row("nodes-ready"),
        row("endpoint", ENDPOINT, id="egress"),
        row("gpu-nodes", id="gpu", when={"feature": "x"}),
    ]
    assert report(seen, *rows).summary == Summary(pass_=1, warn=1, fail=1, skip=1, unknown=1)


def test_the_coverage_counts_cells_that_apply() -> None:
    outcomes = [Outcome.ANSWERED, Outcome.UNANSWERED, Outcome.NOT_APPLICABLE, Outcome.ANSWERED]
    cells = [
        Cell(probe="dns", target=target(f"n{index}"), outcome=outcome, reason=Reason.WINDOWS)
        for index, outcome in enumerate(outcomes)
    ]
    judged = report(evidence(None, cells), row("nodes-ready"))
    assert judged.coverage == Coverage(expected=3, answered=2)
    assert judged.ledger == tuple(cells)


def test_the_report_says_what_it_is_of() -> None:
    missing = (unread(Resource.NAMESPACES),)
    seen = cluster(node(), version="v1.23.17-eks-0a21954", unread=missing)
    judged = report(seen, row("nodes-ready"), features=frozenset("xhgfedcba"))
    assert (judged.distribution, judged.features, judged.unread) == ("eks", tuple("abcdefghx"), missing)
    assert (judged.profile.name, judged.profile.complete) == ("test", False)
    assert (judged.tool, judged.run, judged.cleanup) == (seen.tool, seen.run, seen.cleanup)


SEEN = {
    "nothing": evidence(),
    "an empty cluster": cluster(),
    "unread": cluster(version=None, unread=tuple(unread(resource) for resource in Resource)),
    "vanilla": cluster(node("b", capacity={"nvidia.com/gpu": "8"}), node("a")),
    "gke": cluster(node(labels=["cloud.google.com/gke-nodepool"])),
    "openshift": cluster(node(), api_groups=("config.openshift.io",), openshift_version="4.10.3"),
    "unanswered": unanswered("egress", Reason.IMAGE_PULL),
    "answered": probed("dns", {"resolvers": 3}, cluster(node()).inventory),
}


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_every_requirement_yields_a_finding_and_the_same_bytes(name: str, seen: Evidence) -> None:
    profile = load(name)
    features = frozenset(profile.features)
    judged = evaluate(profile, seen, features)
    ids = [found.id for found in judged.findings]
    assert list(dict.fromkeys(ids)) == [requirement.id for requirement in profile.requirements]
    reloaded = Evidence.model_validate_json(seen.model_dump_json())
    assert evaluate(profile, reloaded, features).model_dump_json() == judged.model_dump_json()
    assert Report.model_validate_json(judged.model_dump_json()) == judged
