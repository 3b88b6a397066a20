"""Profiles and their requirements for a reader."""

from collections.abc import Iterable
from itertools import groupby

from orchestrator.profile.model import Profile
from orchestrator.report.document import dump_yaml
from orchestrator.report.page import Page
from orchestrator.requirement import Requirement

_WIDTH = 100


def render_profiles(profiles: Iterable[Profile], default: str) -> str:
    """A line a profile; the default one is marked."""
    page = Page(_WIDTH, color=False)
    for profile in profiles:
        marks = [] if profile.complete else ["partial"]
        marks += ["default"] if profile.name == default else []
        note = f" ({', '.join(marks)})" if marks else ""
        rows = (
            f"{len(profile.requirements)} requirements, released {profile.released}, from {profile.document}"
        )
        page.paragraph(f"{profile.title}{note}: {rows}", label=profile.name, indent=14)
    return str(page)


def render_profile(profile: Profile) -> str:
    """Every requirement with what it expects, when it applies, and where it is written."""
    page = Page(_WIDTH, color=False)
    page.paragraph(f"{profile.title}, from {profile.document}", indent=0)
    for note in profile.notes:
        page.paragraph(note, label="Note")
    for name, feature in profile.features.items():
        default = "on" if feature.default else "off"
        page.paragraph(
            f"{name} ({default} unless --feature says otherwise): {feature.description}", label="Feature"
        )
    for row in profile.requirements:
        page.gap()
        _add_requirement(page, row)
    return str(page)


def render_explanation(found: Iterable[tuple[Profile, Requirement]]) -> str:
    """One requirement as each profile has it; a reason and remedy that several share come after the last."""
    page = Page(_WIDTH, color=False)
    for _, shared in groupby(found, key=lambda pair: (pair[1].why, pair[1].remedy)):
        for profile, row in shared:
            page.paragraph(f"In profile {profile.name} ({profile.title}):", indent=0)
            _add_requirement(page, row)
        _add_advice(page, row)
        page.gap()
    return str(page)


def _add_advice(page: Page, row: Requirement) -> None:
    if row.why:
        page.paragraph(row.why, label="Why")
    page.paragraph(row.remedy.text, label="To do")
    for command in row.remedy.commands:
        page.verbatim(command)


def _add_requirement(page: Page, row: Requirement) -> None:
    page.paragraph(f"{row.title} ({row.severity})", label=row.id, indent=max(len(row.id) + 2, 9))
    expectation = row.model_dump(mode="json", include={"expect"}, exclude_defaults=True)
    for line in dump_yaml(expectation).splitlines() if expectation else ():
        page.verbatim(line)
    if condition := str(row.when):
        page.paragraph(condition, label="When")
    page.paragraph(f"{row.source.document}, {row.source.section}", label="Source")
