import pytest

from orchestrator.profile.model import Narrowed
from orchestrator.report.fold import fold_findings
from orchestrator.report.headline import headline, scope
from orchestrator.report.model import Coverage, Finding
from orchestrator.requirement import Severity, Status
from tests.report.builders import CLUSTER, cell, finding, report

FAIL = finding("fails", Status.FAIL)
UNKNOWN = finding("unknown", Status.UNKNOWN)
WARN = finding("warns", Status.WARN, severity=Severity.RECOMMENDED)
PASS = finding("passes", Status.PASS)
SKIP = finding("skipped", Status.SKIP)
UNTRIED = finding("untried", Status.SKIP, message="not tried: the pull probe pulls an image")
NOT_ASKED = finding("not-asked", Status.SKIP, message=UNTRIED.message, severity=Severity.RECOMMENDED)
OPEN = finding("open", Status.UNKNOWN, severity=Severity.RECOMMENDED)
WHOLE, HOLES = Coverage(expected=6, answered=6), Coverage(expected=6, answered=4)


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        ([FAIL], "NOT READY: 1 of 1 requirement fails"),
        (
            [FAIL, UNKNOWN, WARN, PASS, SKIP],
            "NOT READY: 1 of 4 requirements fails, 1 is unknown, 1 warns, 1 passes",
        ),
        ([UNKNOWN, PASS], "INCOMPLETE: 1 of 2 requirements is unknown, 1 passes"),
        ([OPEN, PASS], "READY: 1 of 2 requirements is unknown, 1 passes"),
        ([WARN, PASS, SKIP], "READY: 1 of 2 requirements warns, 1 passes"),
        ([PASS, finding("too", Status.PASS)], "READY: 2 of 2 requirements pass"),
        ([SKIP], "NOTHING JUDGED: no requirement applies to what was looked at"),
        ([], "NOTHING JUDGED: no requirement applies to what was looked at"),
    ],
)
def test_the_answer_in_one_line(findings: list[Finding], told: str) -> None:
    assert headline(fold_findings(findings), WHOLE) == told


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        ([PASS], "INCOMPLETE: 1 of 1 requirement passes; 2 cells without an answer"),
        ([FAIL], "NOT READY: 1 of 1 requirement fails"),
        ([], "INCOMPLETE: no requirement applies to what was looked at; 2 cells without an answer"),
    ],
)
def test_cells_without_an_answer_leave_no_green_report(findings: list[Finding], told: str) -> None:
    assert headline(fold_findings(findings), HOLES) == told


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        (
            [UNTRIED, PASS],
            "READY, as far as judged: 1 of 1 requirement passes; 1 required not tried (--invasive)",
        ),
        ([NOT_ASKED, PASS], "READY: 1 of 1 requirement passes"),
        ([UNTRIED, FAIL], "NOT READY: 1 of 1 requirement fails"),
        ([UNTRIED], "NOTHING JUDGED: no requirement applies to what was looked at"),
    ],
)
def test_what_is_required_and_was_not_tried_is_told_where_all_else_is_well(
    findings: list[Finding], told: str
) -> None:
    assert headline(fold_findings(findings), WHOLE) == told


def test_a_required_unknown_beside_a_warning_is_no_green_report() -> None:
    rows = fold_findings([finding("r", Status.WARN, "n1"), finding("r", Status.UNKNOWN, "n2")])
    assert headline(rows, WHOLE).startswith("INCOMPLETE: ")


def test_a_requirement_counts_once_however_many_nodes_it_fails_on() -> None:
    rows = fold_findings(finding("r", Status.FAIL, f"n{i}") for i in range(1_200))
    assert headline(rows, WHOLE) == "NOT READY: 1 of 1 requirement fails"


def test_the_scope_names_profile_version_distribution_and_nodes() -> None:
    seen = report(finding("r", Status.PASS, "n1"), ledger=(cell("dns", "n1"), cell("dns", "n2")))
    assert scope(seen) == "Run:ai 2.7 on v1.23.17 (eks), 2 nodes"


def test_the_scope_leaves_out_what_is_not_known() -> None:
    assert scope(report(distribution=None, cluster=None)) == "Run:ai 2.7"
    assert scope(report(distribution=None)) == "Run:ai 2.7 on v1.23.17"
    assert scope(report(cluster=CLUSTER.model_copy(update={"version": None}))) == "Run:ai 2.7 on eks"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (PASS, "READY, as far as judged: 1 of 1 requirement passes"),
        (FAIL, "NOT READY: 1 of 1 requirement fails"),
    ],
)
def test_what_was_left_out_is_said_beside_the_answer(found: Finding, told: str) -> None:
    narrowed = Narrowed(only=("nodes.*", "dns.*"), skip=("nodes.gpu",), left_out=23)
    rows = fold_findings([found])
    left_out = "23 more left out by --only nodes.* --only dns.* --skip nodes.gpu"
    assert headline(rows, WHOLE, narrowed) == f"{told}; {left_out}"
