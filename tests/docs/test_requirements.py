"""docs/requirements.md against the profiles, the checks and the probes."""

from typing import get_args

import pytest

from orchestrator.checks import AnyRequirement
from orchestrator.condition import Condition
from orchestrator.probe import catalogue
from orchestrator.profile.load import load, shipped_names
from orchestrator.report.pages import marks
from tests.docs.pages import first_cells, read, section

PAGE = read("docs/requirements.md")


@pytest.mark.parametrize("name", shipped_names())
def test_every_profile_and_every_requirement_of_it_is_in_the_table(name: str) -> None:
    begin, end = marks("requirements")
    table = PAGE.partition(begin)[2].partition(end)[0]
    assert f"\n- `{name}` (" in table
    told = [line.split(" | ") for line in table.splitlines() if line.startswith("| `")]
    for row in load(name).requirements:
        having = [cells[1] for cells in told if cells[0].startswith(f"| `{row.id}` ")]
        assert sum(name in listed(cell) for cell in having) == 1


def listed(cell: str) -> set[str]:
    """The profiles that a cell names, by themselves or between two others."""
    found: set[str] = set()
    for part in cell.replace("`", "").split(", "):
        first, _, last = part.partition(" to ")
        start, end = (shipped_names().index(name) for name in (first, last or first))
        found |= set(shipped_names()[start : end + 1])
    return found


def test_every_check_is_explained() -> None:
    union, _ = get_args(AnyRequirement)
    checks = {get_args(check.model_fields["check"].annotation)[0] for check in get_args(union)}
    told = {cell.strip("`") for cell in first_cells(section(PAGE, "The checks")) if cell.startswith("`")}
    assert told == checks


@pytest.mark.parametrize("probe", catalogue())
def test_every_probe_is_documented(probe: str) -> None:
    assert f"`{probe}`" in section(PAGE, "The checks")
    assert section(read("docs/probes.md"), probe)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({}, ""),
        (
            {"distribution": ["rke", "rke2"], "kubernetes": ">=1.21"},
            "on rke or rke2 and Kubernetes 1.21 or later",
        ),
        ({"not": {"feature": "air-gapped"}}, "not with feature air-gapped"),
        ({"given": "cluster-domain"}, "with --cluster-domain"),
        ({"any": [{"openshift": "4.8"}, {"feature": "lab"}]}, "(OpenShift 4.8 or with feature lab)"),
    ],
)
def test_a_condition_in_words(condition: dict[str, object], words: str) -> None:
    assert str(Condition.model_validate(condition)) == words
