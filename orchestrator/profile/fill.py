"""A profile for one installation: its rows with what the user says of it."""

from collections.abc import Mapping
from functools import cache

from pydantic import TypeAdapter

from orchestrator.checks import AnyRequirement
from orchestrator.profile.model import Profile
from orchestrator.settings import fill, settings_in


@cache
def _row() -> TypeAdapter[AnyRequirement]:
    """Built when a setting is given: it takes as long as the rest of the start."""
    return TypeAdapter(AnyRequirement)


def filled(profile: Profile, settings: Mapping[str, str]) -> Profile:
    """The profile with these settings in its rows; one that is not given stays as it is, `{domain}`."""
    if not settings:
        return profile
    rows = tuple(_filled(row, settings) for row in profile.requirements)
    return profile.model_copy(update={"requirements": rows})


def _filled(row: AnyRequirement, settings: Mapping[str, str]) -> AnyRequirement:
    raw = row.model_dump(mode="json", exclude_unset=True)
    return _row().validate_python(fill(raw, settings)) if settings_in(raw) & settings.keys() else row
