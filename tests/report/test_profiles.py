"""Profiles for a reader."""

from orchestrator.profile.load import load
from orchestrator.report.profiles import render_explanation


def explained(id_: str, *names: str) -> str:
    profiles = [load(name) for name in names]
    return render_explanation([(each, row) for each in profiles if (row := each.requirement(id_))])


def test_what_several_profiles_have_in_common_is_told_once() -> None:
    told = explained("nodes.ready", "runai-2.7", "runai-2.8", "runai-2.25")
    assert [line for line in told.splitlines() if line.startswith("In ")] == ["In runai-2.7 to runai-2.25:"]
    assert (told.count("Why  "), told.count("To do  "), told.count("kubectl uncordon NODE")) == (1, 1, 1)


def test_a_reason_or_remedy_of_its_own_stands_with_its_profile() -> None:
    told = explained("egress.run-ai-charts", "runai-2.8", "runai-2.9", "runai-2.17")
    assert [line for line in told.splitlines() if line.startswith("In ")] == [
        "In runai-2.8:",
        "In runai-2.9:",
        "In runai-2.17:",
    ]
    assert told.count("Why  ") == 3
