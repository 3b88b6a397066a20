"""What the user may say of the installation (`--domain NAME`), and where rows of a profile ask for it."""

import re
from collections.abc import Mapping
from typing import Any, Literal

Setting = Literal["domain", "cluster-domain"]

HOST_NAME = r"^(?:[A-Za-z0-9.-]|\{(?:cluster-)?domain\})+$"
"""The pattern of a host name in a row; settings may stand for it or in it."""

_PLACEHOLDER = re.compile(r"\{(domain|cluster-domain)\}")


def settings_in(value: Any) -> set[str]:
    """The settings that stand in the strings of a JSON value, as `{domain}`."""
    match value:
        case str():
            return set(_PLACEHOLDER.findall(value))
        case dict():
            return settings_in(list(value.values()))
        case list() | tuple():
            return {name for item in value for name in settings_in(item)}
        case _:
            return set()


def fill(value: Any, settings: Mapping[str, str]) -> Any:
    """A JSON value with these settings in place; those that are not given stand as they are."""
    match value:
        case str():
            return _PLACEHOLDER.sub(lambda found: settings.get(found[1], found[0]), value)
        case dict():
            return {name: fill(member, settings) for name, member in value.items()}
        case list() | tuple():
            return [fill(item, settings) for item in value]
        case _:
            return value
