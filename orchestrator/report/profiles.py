"""Profiles and their requirements for a reader."""

from collections.abc import Iterable
from itertools import groupby

from orchestrator.inventory.model import Inventory
from orchestrator.probe import ProbeSpec, catalogue
from orchestrator.profile.model import Profile
from orchestrator.report.catalogue import spans
from orchestrator.report.expectation import expectation
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
    """One requirement as each profile has it: once for those in a row that have it alike.

    A reason and remedy that several share come after the last.
    """
    page, pairs = Page(_WIDTH, color=False), list(found)
    names, rows = [profile.name for profile, _ in pairs], [row for _, row in pairs]
    for _, shared in groupby(range(len(rows)), key=lambda place: (rows[place].why, rows[place].remedy)):
        for row, places in groupby(shared, key=lambda place: _undocumented(rows[place])):
            having = list(places)
            page.paragraph(f"In {', '.join(spans(names, having))}:", indent=0)
            documents = {rows[place].source.document for place in having}
            _add_requirement(page, rows[having[0]] if len(documents) == 1 else row)
        _add_advice(page, row)
        page.gap()
    return str(page)


def _undocumented(row: Requirement) -> Requirement:
    """The row as others have it who take it from documents of their own."""
    source = row.source.model_copy(update={"document": "the document of each"})
    return row.model_copy(update={"source": source})


def _costly(row: Requirement) -> list[ProbeSpec]:
    """The probes that judge this requirement and run only when they are asked for."""
    asked = {question.probe for question in row.asks(Inventory())}
    return [spec for name, spec in catalogue().items() if name in asked and spec.consent]


def _add_advice(page: Page, row: Requirement) -> None:
    if row.why:
        page.paragraph(row.why, label="Why")
    page.paragraph(row.remedy.text, label="To do")
    for command in row.remedy.commands:
        page.verbatim(command)


def _add_requirement(page: Page, row: Requirement) -> None:
    page.paragraph(f"{row.title} ({row.severity})", label=row.id, indent=max(len(row.id) + 2, 9))
    if expected := expectation(row):
        page.paragraph(expected, label="Expects")
    if condition := str(row.when):
        page.paragraph(condition, label="When")
    for spec in _costly(row):
        page.paragraph(f"only with --probe {spec.name}, which {spec.consent}", label="Tried")
    page.paragraph(f"{row.source.document}, {row.source.section}", label="Source")
