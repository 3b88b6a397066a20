"""Profiles narrowed to some of their rows, and the features that they are judged for."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from orchestrator.errors import UsageError
from orchestrator.profile.model import Profile

_WITHOUT = "no-"
Profiles = tuple[Profile, ...]


def narrow(profiles: Profiles, only: Iterable[str], skip: Iterable[str]) -> Profiles:
    """The rows whose ids match a glob of `only` (any, if empty) and none of `skip`.

    Of several profiles one may be left without rows: there is nothing to judge of it.
    """
    only, skip = tuple(only), tuple(skip)
    ids = {row.id for profile in profiles for row in profile.requirements}
    for glob in (*only, *skip):
        if not any(fnmatchcase(id_, glob) for id_ in ids):
            raise UsageError(f"no requirement of {_any(profiles)} matches {glob!r}", hint=_where(profiles))
    narrowed = tuple(_narrowed(profile, only, skip) for profile in profiles)
    if not any(profile.requirements for profile in narrowed):
        raise UsageError("--only and --skip leave no requirement to judge")
    return narrowed


def _narrowed(profile: Profile, only: tuple[str, ...], skip: tuple[str, ...]) -> Profile:
    kept = tuple(
        row
        for row in profile.requirements
        if (not only or any(fnmatchcase(row.id, glob) for glob in only))
        and not any(fnmatchcase(row.id, glob) for glob in skip)
    )
    return profile.keeping(kept, only, skip)


def choose_features(
    profiles: Profiles, wanted: Iterable[str], before: Iterable[str] | None = None
) -> frozenset[str]:
    """The default features, or those of an earlier run, with `NAME` added and `no-NAME` taken away.

    They tell of the installation, so that those of several profiles are one set.
    """
    known = {name: feature for profile in profiles for name, feature in profile.features.items()}
    defaults = {name for name, feature in known.items() if feature.default}
    chosen = defaults if before is None else set(before) & set(known)
    wanted = tuple(wanted)
    for name in wanted:
        if f"{_WITHOUT}{name}" in wanted:
            raise UsageError(f"--feature {name} and --feature {_WITHOUT}{name} contradict each other")
    for name in wanted:
        plain = name if name in known else name.removeprefix(_WITHOUT)
        if plain not in known:
            raise _no_feature(profiles, name, ", ".join(sorted(known)) or "none")
        if plain == name:
            chosen.add(plain)
        else:
            chosen.discard(plain)
    return frozenset(chosen)


def _any(profiles: Profiles) -> str:
    return f"profile {profiles[0].name}" if len(profiles) == 1 else "any profile"


def _no_feature(profiles: Profiles, name: str, known: str) -> UsageError:
    if len(profiles) == 1:
        return UsageError(f"profile {profiles[0].name} has no feature {name!r}", hint=f"it has: {known}")
    return UsageError(f"no profile has a feature {name!r}", hint=f"there are: {known}")


def _where(profiles: Profiles) -> str:
    return f"see runai-preflight profiles show {profiles[0].name if len(profiles) == 1 else 'NAME'}"
