"""Several reports of one run: which releases would install?"""

import pytest

from orchestrator.errors import ExitCode, FailOn
from orchestrator.pipeline import exit_code
from orchestrator.report.comparison import compare
from orchestrator.report.model import ProfileRef, Report
from orchestrator.report.releases import render_comparison
from orchestrator.requirement import Severity, Status
from tests.report.builders import cell, finding, report, run_info


def judged(name: str, *statuses: Status, complete: bool = True) -> Report:
    profile = ProfileRef(name=name, title=name, document="The documentation", complete=complete)
    findings = [finding(f"r{n}", status, "n1", f"it is {status}") for n, status in enumerate(statuses)]
    return report(*findings, profile=profile, features=("production",), ledger=(cell("dns", "n1"),))


GOOD, BAD = judged("good", Status.PASS, Status.WARN), judged("bad", Status.PASS, Status.FAIL, Status.UNKNOWN)
OPEN, NONE = judged("open", Status.UNKNOWN, complete=False), judged("none", Status.SKIP)
MANY = judged("many", *[Status.FAIL] * 4)


def test_a_comparison_tells_of_each_profile_what_is_required_and_unmet() -> None:
    compared = compare((GOOD, BAD, OPEN, NONE))
    assert [(s.profile.name, s.answer, s.failing, s.unknown) for s in compared.standings] == [
        ("good", "READY", (), ()),
        ("bad", "NOT READY", ("r1",), ("r2",)),
        ("open", "INCOMPLETE", (), ("r0",)),
        ("none", "NOTHING JUDGED", (), ()),
    ]
    assert compared.standings[1].summary == BAD.summary
    assert [(r.id, r.status, r.message) for r in compared.standings[1].reasons] == [
        ("r1", "fail", "it is fail"),
        ("r2", "unknown", "it is unknown"),
    ]
    assert (compared.run, compared.cluster, compared.coverage) == (GOOD.run, GOOD.cluster, GOOD.coverage)


def test_what_is_only_recommended_is_no_reason() -> None:
    mild = report(finding("r", Status.UNKNOWN, severity=Severity.RECOMMENDED), finding("s", Status.PASS))
    (standing,) = compare((mild,)).standings
    assert (standing.answer, standing.unknown, standing.reasons) == ("READY", (), ())


def test_the_table() -> None:
    assert (
        render_comparison(compare((GOOD, BAD, OPEN, MANY)), width=100)
        == """\
1 of 4 releases would install on v1.23.17 (eks): good

good  READY: 1 of 2 requirements warns, 1 passes
bad   NOT READY: 1 of 3 requirements fails, 1 is unknown, 1 passes
        fail r1: it is fail
        unknown r2: it is unknown
open  INCOMPLETE: 1 of 1 requirement is unknown *
        unknown r0: it is unknown
many  NOT READY: 4 of 4 requirements fail
        fail r0: it is fail
        fail r1: it is fail
        and r2, r3

* does not cover all of its document: see runai-preflight profiles show NAME
Probes   1 of 1 cell answered
Clean-up 9 objects created, 9 confirmed gone
Features production
"""
    )


def test_no_release_and_no_cluster() -> None:
    told = render_comparison(
        compare((report(finding("r", Status.FAIL), cluster=None, distribution=None),)), width=80
    )
    assert told.startswith("0 of 1 release would install here\n")


def test_secrets_and_colours() -> None:
    told = render_comparison(compare((GOOD, BAD)), width=80, color=True)
    assert "\x1b[1;32mREADY" in told
    assert "\x1b[1;31mNOT READY" in told


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ((GOOD,), ExitCode.OK),
        ((BAD, GOOD, OPEN), ExitCode.OK),
        ((BAD, OPEN), ExitCode.FAILED),
        ((OPEN, OPEN), ExitCode.INCOMPLETE),
        ((BAD, NONE), ExitCode.FAILED),
        ((NONE, OPEN), ExitCode.INCOMPLETE),
        ((NONE, NONE), ExitCode.OK),
    ],
)
def test_one_release_that_would_install_is_enough(reports: tuple[Report, ...], code: ExitCode) -> None:
    assert exit_code(reports, FailOn.FAIL) is code


def test_what_is_of_the_run_goes_before() -> None:
    cut = GOOD.model_copy(update={"run": run_info(interrupted=True)})
    assert exit_code((cut, cut), FailOn.FAIL) is ExitCode.INTERRUPTED
    assert exit_code((BAD, OPEN), FailOn.NEVER) is ExitCode.OK
    assert exit_code((BAD, GOOD), FailOn.WARN) is ExitCode.FAILED
