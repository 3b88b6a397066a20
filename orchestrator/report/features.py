"""The features of the profiles as the docs show them."""

from collections.abc import Iterable, Iterator

from orchestrator.profile.model import Profile
from orchestrator.report.catalogue import spans, table_row


def render_features(profiles: Iterable[Profile]) -> str:
    """A row for each feature: its profiles, whether it is on by default, what it means in the newest."""
    profiles = tuple(profiles)
    heads = [table_row(["Feature", "Default", "Profiles", "Meaning"]), table_row(["---"] * 4)]
    return "\n".join([*heads, *map(table_row, _rows(profiles))])


def _rows(profiles: tuple[Profile, ...]) -> Iterator[tuple[str, ...]]:
    names = [f"`{profile.name}`" for profile in profiles]
    for name in sorted({name for profile in profiles for name in profile.features}):
        places = [place for place, profile in enumerate(profiles) if name in profile.features]
        feature = profiles[places[-1]].features[name]
        default = "on" if feature.default else "off"
        yield f"`{name}`", default, ", ".join(spans(names, places)), feature.description
