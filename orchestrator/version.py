"""Versions as clusters report them, and ranges of them as profiles write them.

A range is clauses joined by `||`; a clause is comparators joined by spaces, all of which must hold:

    >=1.21 <=1.24            closed        >=1.15                   open
    1.9 || 22.9.0            a set         >=1.9 !=1.10 !=1.11      with holes

A bound is compared at its own precision: `<=1.24` admits 1.24.17, `1.9` means any 1.9.x. A release candidate
comes before its release where the bound is as precise: `>=1.24.0` admits no 1.24.0-rc.1, `>=1.24` does.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from itertools import zip_longest
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_VERSION = re.compile(r"[vV]?(\d{1,9}(?:\.\d{1,9}){0,3})(?!\d)\+?(.*)", re.DOTALL)
_PRERELEASE = re.compile(r"[-.]?(?:alpha|beta|rc|dev|pre|ec|fc)(?:\b|\d)", re.IGNORECASE)
_COMPARATOR = re.compile(r"(>=|<=|!=|>|<|=)?\s*([vV]?\d{1,9}(?:\.\d{1,9}){0,3})(?![\w.+-])")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A release such as 1.23.17 with whatever the vendor hung on it (`-eks-0a21954`, `+rke2r1`)."""

    release: tuple[int, ...]
    prerelease: bool
    text: str

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read `v1.23.17-eks-0a21954`, `1.24+`, `4.10.0-rc.1`, …; ValueError when it is no version."""
        return _parse(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: "Version") -> bool:
        return self._key() < other._key()

    def __str__(self) -> str:
        return self.text

    def _key(self) -> tuple[tuple[int, ...], bool]:
        padded = self.release + (0,) * (4 - len(self.release))
        return padded, not self.prerelease

    def against(self, bound: "Version") -> int:
        """-1, 0 or 1: this version below, within or above `bound`, at the precision of `bound`."""
        mine = tuple(a for a, _ in zip_longest(self.release, bound.release, fillvalue=0))
        mine = mine[: len(bound.release)]
        if mine != bound.release:
            return -1 if mine < bound.release else 1
        full = len(bound.release) >= len(self.release)
        return -1 if full and self.prerelease else 0


@lru_cache(maxsize=1024)
def _parse(text: str) -> Version:
    """The nodes of a fleet have few versions among them."""
    match = _VERSION.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text[:60]!r} is not a version such as 1.23.17")
    release = tuple(int(part) for part in match[1].split("."))
    return Version(release, bool(_PRERELEASE.match(match[2])), text.strip())


_HOLDS: dict[str, Callable[[int], bool]] = {
    ">=": lambda order: order >= 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    "<": lambda order: order < 0,
    "=": lambda order: order == 0,
    "!=": lambda order: order != 0,
}
_WORDS = {
    ">=": "{} or later",
    "<=": "up to {}",
    ">": "later than {}",
    "<": "before {}",
    "=": "{}",
    "!=": "not {}",
}


@dataclass(frozen=True, slots=True)
class Comparator:
    operator: str
    bound: Version

    def admits(self, version: Version) -> bool:
        return _HOLDS[self.operator](version.against(self.bound))

    def __str__(self) -> str:
        return _WORDS[self.operator].format(self.bound)


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Which versions a requirement admits; see the module's docstring for the notation."""

    clauses: tuple[tuple[Comparator, ...], ...]
    text: str

    @classmethod
    def parse(cls, text: str) -> "VersionRange":
        """Read a range; ValueError names the part that is none."""
        return cls(tuple(_clause(part) for part in text.split("||")), text)

    def admits(self, version: Version) -> bool:
        return any(all(c.admits(version) for c in clause) for clause in self.clauses)

    def __str__(self) -> str:
        return " or ".join(_words(clause) for clause in self.clauses)

    @classmethod
    def _from_yaml(cls, value: object) -> object:
        if isinstance(value, int | float):
            raise ValueError("write a version range in quotes (YAML reads 1.10 as the number 1.1)")
        return cls.parse(value) if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            cls._from_yaml,
            core_schema.is_instance_schema(cls),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.text),
            json_schema_input_schema=core_schema.str_schema(),
        )


def _clause(text: str) -> tuple[Comparator, ...]:
    rest = _COMPARATOR.sub("", text).strip()
    found = _COMPARATOR.findall(text)
    if rest or not found:
        raise ValueError(
            f"{text.strip()[:60]!r} is not a version range such as '>=1.21 <=1.24' or '1.9 || 22.9.0'"
        )
    return tuple(Comparator(operator or "=", Version.parse(bound)) for operator, bound in found)


def _words(clause: tuple[Comparator, ...]) -> str:
    bounds = {c.operator: c.bound for c in clause}
    if set(bounds) >= {">=", "<="}:
        holes = [str(c) for c in clause if c.operator not in (">=", "<=")]
        return ", ".join([f"{bounds['>=']} to {bounds['<=']}", *holes])
    return ", ".join(map(str, clause))
