"""Profiles side by side: what each asks for that the others ask for otherwise, or not at all."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.evidence import API_VERSION
from orchestrator.model import Model
from orchestrator.profile.model import Profile
from orchestrator.report.expectation import given, told, words
from orchestrator.report.headline import counted
from orchestrator.report.model import ProfileRef
from orchestrator.report.page import Page
from orchestrator.requirement import Requirement, Severity

_WIDTH = 100


class Terms(Model):
    """What one profile says of a requirement; `applies` is empty when it always does."""

    check: str
    severity: Severity
    applies: str
    expect: dict[str, Any]

    @classmethod
    def of(cls, row: Requirement) -> "Terms":
        return cls(check=row.check, severity=row.severity, applies=str(row.when), expect=given(row))

    def fields(self) -> dict[str, str]:
        """Every field that may differ, in words: an expectation that is a mapping has one for each key."""
        fields = {"check": self.check, "severity": self.severity.value, "applies": self.applies or "always"}
        for name, value in self.expect.items():
            inner = value.items() if isinstance(value, dict) else ()
            fields |= {f"{name} {key}": told(said) or "yes" for key, said in inner} or {name: words(value)}
        return fields


class Difference(Model):
    """A requirement that is not the same in all; a profile that does not have it is not in `terms`."""

    id: str
    title: str
    terms: dict[str, Terms]


class Differences(Model):
    """`alike` are the ids of what all of the profiles ask for in the same way."""

    api_version: Literal["runai-preflight/v1"] = API_VERSION
    kind: Literal["Differences"] = "Differences"
    profiles: tuple[ProfileRef, ...]
    alike: tuple[str, ...]
    different: tuple[Difference, ...]


def differences(profiles: tuple[Profile, ...]) -> Differences:
    """By requirement, in the order of the first profile that has it."""
    titles = {row.id: row.title for profile in profiles for row in profile.requirements}
    found = [Difference(id=id_, title=titles[id_], terms=_terms(profiles, id_)) for id_ in titles]
    alike = {each.id for each in found if _is_alike(each, len(profiles))}
    return Differences(
        profiles=tuple(map(ProfileRef.of, profiles)),
        alike=tuple(id_ for id_ in titles if id_ in alike),
        different=tuple(each for each in found if each.id not in alike),
    )


def render_differences(found: Differences) -> str:
    """A paragraph a requirement: each value that differs, after the profiles that have it."""
    page, names = Page(_WIDTH, color=False), [profile.name for profile in found.profiles]
    alike = counted(len(found.alike), "requirement")
    page.paragraph(f"{', '.join(names)}: {alike} alike, {len(found.different)} not", indent=0)
    for difference in found.different:
        page.gap()
        page.paragraph(f"{difference.id}  {difference.title}", indent=0)
        for value, having in _values(difference, names):
            page.paragraph(f"{', '.join(having)}: {value}", indent=4)
    return str(page)


def _terms(profiles: tuple[Profile, ...], id_: str) -> dict[str, Terms]:
    rows = ((profile.name, profile.requirement(id_)) for profile in profiles)
    return {name: Terms.of(row) for name, row in rows if row}


def _is_alike(difference: Difference, number: int) -> bool:
    terms = list(difference.terms.values())
    return len(terms) == number and all(each == terms[0] for each in terms)


def _values(difference: Difference, names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each value of a field that differs, with the profiles that have it."""
    fields = {name: terms.fields() for name, terms in difference.terms.items()}
    if absent := [name for name in names if name not in fields]:
        yield "not asked for", absent
    for field in dict.fromkeys(field for own in fields.values() for field in own):
        having: dict[str, list[str]] = {}
        for name, own in fields.items():
            having.setdefault(own.get(field, "no"), []).append(name)
        if len(having) > 1 or len(fields) == 1:
            yield from ((f"{field} {value}", same) for value, same in having.items())
