"""Kubernetes quantities (`4`, `250m`, `8Gi`, `1e3`) as exact numbers, and numbers as people read them."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_QUANTITY = re.compile(
    r"([+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40}))(?:([eE][+-]?\d{1,2})|([KMGTPE]i|[numkMGTPE]))?"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def parse_quantity(text: str | int | float) -> Decimal:
    """The number that a quantity stands for (bytes, cores or a count); ValueError when it is none."""
    return _parse(str(text))


@lru_cache(maxsize=1024)
def _parse(text: str) -> Decimal:
    """The nodes of a fleet have few sizes among them."""
    match = _QUANTITY.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text[:40]!r} is not a quantity such as 4, 250m or 8Gi")
    number, exponent, suffix = match.groups()
    if exponent:
        return Decimal(number + exponent)
    if suffix in _BINARY:
        return Decimal(number) * (1 << _BINARY[suffix])
    return Decimal(number).scaleb(_DECIMAL.get(suffix or "", 0))


def format_quantity(value: Decimal) -> str:
    """The shortest quantity with a decimal suffix that stands for exactly this number: `8G`, `4`, `250m`."""
    for suffix, exponent in sorted(_DECIMAL.items(), key=lambda item: -item[1]):
        scaled = value.scaleb(-exponent)
        if exponent > 0 and abs(scaled) >= 1 and scaled == scaled.to_integral_value():
            return f"{scaled.to_integral_value():f}{suffix}"
    return human_count(value)


def human_count(value: Decimal | int) -> str:
    """`4`, `3.92`: no trailing zeros, no exponent."""
    return f"{Decimal(value).normalize():f}"


Quantity = Annotated[Decimal, BeforeValidator(parse_quantity), PlainSerializer(format_quantity)]
"""A pydantic field that is written as a quantity and held as a number."""


def human_bytes(count: Decimal | int) -> str:
    """`8.4 GB`: decimal units, as the prerequisite documents use."""
    value = Decimal(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(value) < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"
