"""A profile narrowed to some of its rows, and the features that it is judged for."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from orchestrator.errors import UsageError
from orchestrator.profile.model import Profile

_WITHOUT = "no-"


def narrow(profile: Profile, only: Iterable[str], skip: Iterable[str]) -> Profile:
    """The rows whose ids match a glob of `only` (any, if empty) and none of `skip`."""
    only, skip = tuple(only), tuple(skip)
    ids = [row.id for row in profile.requirements]
    for glob in (*only, *skip):
        if not any(fnmatchcase(id_, glob) for id_ in ids):
            raise UsageError(
                f"no requirement of profile {profile.name} matches {glob!r}",
                hint=f"see runai-preflight profiles show {profile.name}",
            )
    kept = tuple(
        row
        for row in profile.requirements
        if (not only or any(fnmatchcase(row.id, glob) for glob in only))
        and not any(fnmatchcase(row.id, glob) for glob in skip)
    )
    if not kept:
        raise UsageError("--only and --skip leave no requirement to judge")
    return profile.keeping(kept, only, skip)


def choose_features(
    profile: Profile, wanted: Iterable[str], before: Iterable[str] | None = None
) -> frozenset[str]:
    """The default features, or those of an earlier run, with `NAME` added and `no-NAME` taken away."""
    defaults = {name for name, feature in profile.features.items() if feature.default}
    chosen = defaults if before is None else set(before) & set(profile.features)
    wanted = tuple(wanted)
    for name in wanted:
        if f"{_WITHOUT}{name}" in wanted:
            raise UsageError(f"--feature {name} and --feature {_WITHOUT}{name} contradict each other")
    for name in wanted:
        plain = name if name in profile.features else name.removeprefix(_WITHOUT)
        if plain not in profile.features:
            known = ", ".join(sorted(profile.features)) or "none"
            raise UsageError(f"profile {profile.name} has no feature {name!r}", hint=f"it has: {known}")
        if plain == name:
            chosen.add(plain)
        else:
            chosen.discard(plain)
    return frozenset(chosen)
