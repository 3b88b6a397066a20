"""The exit code at the end, and the names of runs."""

import re

import pytest

from orchestrator.errors import ExitCode, FailOn
from orchestrator.evidence import Cleanup, ObjectRef
from orchestrator.pipeline import exit_code, new_run_id
from orchestrator.report.model import Coverage, Finding, ProfileRef, Report, Summary
from orchestrator.requirement import Severity, Source, Status, Subject
from tests.unit.builders import evidence

LEFT = Cleanup(created=1, left=(ObjectRef(kind="Job", name="j", uid="u"),))


def report(
    *statuses: str, interrupted: bool = False, cleanup: Cleanup | None = None, answered: int = 6
) -> Report:
    """A report with a finding of each `severity status`."""
    made = evidence()
    return Report(
        tool=made.tool,
        profile=ProfileRef(name="p", title="P", document="d", complete=True),
        run=made.run.model_copy(update={"interrupted": interrupted}),
        summary=Summary(),
        coverage=Coverage(expected=6, answered=answered),
        findings=tuple(finding(*status.split()) for status in statuses),
        ledger=(),
        cleanup=cleanup or Cleanup(),
    )


def finding(severity: str, status: str) -> Finding:
    return Finding(
        id="some.row",
        title="Some row",
        check="some",
        status=Status(status),
        severity=Severity(severity),
        subject=Subject(kind="Cluster", name="cluster"),
        message="",
        source=Source(document="d", section="s"),
    )


@pytest.mark.parametrize(
    ("statuses", "fail", "warn"),
    [
        ([], 0, 0),
        (["required pass", "required skip", "info unknown"], 0, 0),
        (["recommended fail", "recommended unknown"], 0, 0),
        (["required warn"], 0, 1),
        (["recommended warn"], 0, 1),
        (["required fail"], 1, 1),
        (["required unknown"], 3, 3),
        (["required unknown", "required fail"], 1, 1),
        (["required unknown", "recommended warn"], 3, 1),
    ],
)
def test_the_exit_code_of_findings(statuses: list[str], fail: int, warn: int) -> None:
    assert exit_code((report(*statuses),), FailOn.FAIL) == fail
    assert exit_code((report(*statuses),), FailOn.WARN) == warn
    assert exit_code((report(*statuses),), FailOn.NEVER) == 0


@pytest.mark.parametrize(
    ("status", "code"),
    [("required pass", 3), ("recommended unknown", 3), ("required skip", 3), ("required fail", 1)],
)
def test_a_cell_without_an_answer_leaves_the_answer_incomplete(status: str, code: int) -> None:
    assert exit_code((report(status, answered=5),), FailOn.FAIL) == code
    assert exit_code((report(status, answered=5),), FailOn.NEVER) == 0


@pytest.mark.parametrize("fail_on", FailOn)
def test_leftovers_and_interruption_outweigh_findings(fail_on: FailOn) -> None:
    assert exit_code((report("required fail", cleanup=LEFT),), fail_on) is ExitCode.LEFTOVERS
    interrupted = report("required fail", interrupted=True, cleanup=LEFT)
    assert exit_code((interrupted,), fail_on) is ExitCode.INTERRUPTED


def test_run_ids_fit_into_names_and_labels_and_do_not_repeat() -> None:
    ids = {new_run_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[b-z2-9]{8}", each) and not re.search("[aeiou01]", each) for each in ids)
