"""Answers of probes with missing and wrong fields: no crash, no pass on garbage, and a reason each time."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orchestrator.inventory.model import Inventory
from orchestrator.profile.load import load
from orchestrator.report.model import Finding
from tests.proofs.case import Case, cases
from tests.proofs.memory import judged
from tests.proofs.mutations import Json, fields, of_another_type, value_at, with_value, without


def _asks(case: Case) -> set[str]:
    """The probes that the case's requirement is judged by."""
    row = load(case.profile).requirement(case.id)
    return {question.probe for question in row.asks(Inventory())} if row else set()


def _reads(case: Case) -> bool:
    """Whether the inventory may make up for a probe that tells nothing."""
    row = load(case.profile).requirement(case.id)
    return bool(row and row.reads())


SEEDS = [
    case
    for case in cases()
    if _asks(case) and not case.options and not {"faults", "fates", "proxies"} & set(case.told)
]
MET = [case for case in SEEDS if case.name == "pass" and not _reads(case)]


def met(findings: tuple[Finding, ...]) -> bool:
    return {finding.status for finding in findings} == {"pass"}


def on(case: Case, probe: str, data: Any) -> tuple[Finding, ...]:
    """The findings where this probe answers so on every node."""
    return judged(case, case.objects(), lambda node: {**case.answers(node), probe: data})


@pytest.mark.parametrize("case", MET, ids=str)
def test_an_empty_answer_is_no_pass(case: Case) -> None:
    for probe in _asks(case):
        assert not met(on(case, probe, {}))


@pytest.mark.parametrize("case", MET, ids=str)
def test_garbage_is_no_pass(case: Case) -> None:
    for probe in _asks(case):
        data: Json = case.answers()[probe]
        garbage = {name: (*of_another_type(value), "?")[0] for name, value in data.items()}
        assert not met(on(case, probe, garbage))


@given(data=st.data())
@settings(max_examples=200)
def test_one_wrong_field_makes_nothing_better(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(SEEDS))
    probe = data.draw(st.sampled_from(sorted(_asks(case))))
    answer = case.answers("gpu-1")[probe]
    paths = [path for path in fields(answer) if of_another_type(value_at(answer, path))]
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    wrong = data.draw(st.sampled_from(of_another_type(value_at(answer, path))))
    found = on(case, probe, with_value(answer, path, wrong))
    assert found
    assert all(finding.message for finding in found)
    assert _reads(case) or met(on(case, probe, answer)) or not met(found)
    assert on(case, probe, without(answer, path))
