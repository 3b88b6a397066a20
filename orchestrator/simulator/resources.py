"""The resource types that the simulated API serves, and how new ones become known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import yaml

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One kind of object; `versions` are those served, the preferred one first."""

    group: str
    versions: tuple[str, ...]
    plural: str
    kind: str
    namespaced: bool
    custom: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.group, self.plural

    @property
    def qualified(self) -> str:
        """The name that messages use: `jobs.batch`, and just `pods` in the core group."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def api_version(self, version: str | None = None) -> str:
        version = version or self.versions[0]
        return f"{self.group}/{version}" if self.group else version


def split_api_version(api_version: str) -> tuple[str, str]:
    """`batch/v1` → (`batch`, `v1`); `v1` → (``, `v1`)."""
    group, _, version = api_version.rpartition("/")
    return group, version


class ResourceTypes:
    """The types of a cluster of one release (`v1.23.17`); custom ones are added as they are defined."""

    def __init__(self, release: str) -> None:
        self._types: dict[tuple[str, str], ResourceType] = {}
        minor = minor_of(release)
        for row in yaml.safe_load(files(__package__).joinpath("resources.yaml").read_text("utf-8")):
            if minor_of(row.get("since", "1.0")) <= minor < minor_of(row.get("until", "1.999")):
                self._add_row(row)

    def __iter__(self) -> Iterator[ResourceType]:
        return iter(list(self._types.values()))

    def find(self, group: str, plural: str) -> ResourceType | None:
        return self._types.get((group, plural))

    def named(self, name: str) -> ResourceType:
        """The type called `jobs` or `jobs.batch`; KeyError when there is none."""
        for found in self._types.values():
            if name in (found.plural, found.qualified):
                return found
        raise KeyError(name)

    def of(self, obj: Object) -> ResourceType:
        """The type of an object, made up from its kind when no one has defined it."""
        group, version = split_api_version(obj["apiVersion"])
        for found in self._types.values():
            if (found.group, found.kind) == (group, obj["kind"]):
                return found
        namespaced = "namespace" in obj.get("metadata", {})
        return self._add(
            ResourceType(group, (version,), plural_of(obj["kind"]), obj["kind"], namespaced, custom=True)
        )

    def define(self, crd: Object) -> ResourceType:
        """Make known what a CustomResourceDefinition defines."""
        spec = crd["spec"]
        served = [v for v in spec["versions"] if v.get("served", True)]
        served.sort(key=lambda v: not v.get("storage", False))
        names = spec["names"]
        return self._add(
            ResourceType(
                spec["group"],
                tuple(v["name"] for v in served),
                names["plural"],
                names["kind"],
                spec["scope"] == "Namespaced",
                custom=True,
            )
        )

    def forget(self, crd: Object) -> None:
        self._types.pop((crd["spec"]["group"], crd["spec"]["names"]["plural"]), None)

    def _add(self, new: ResourceType) -> ResourceType:
        return self._types.setdefault(new.key, new)

    def _add_row(self, row: Object) -> None:
        group, version = split_api_version(row["groupVersion"])
        for scope in ("cluster", "namespaced"):
            for plural, kind in row.get(scope, {}).items():
                known = self._types.get((group, plural))
                versions = (*known.versions, version) if known else (version,)
                new = known or ResourceType(group, versions, plural, kind, scope == "namespaced")
                self._types[new.key] = replace(new, versions=versions)


def minor_of(release: str) -> int:
    """The minor release of `v1.23.17-eks-1` or `1.23`: 23."""
    match = re.match(r"v?1\.(\d+)", release)
    return int(match.group(1)) if match else 0


def plural_of(kind: str) -> str:
    lower = kind.lower()
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return f"{lower[:-1]}ies"
    return f"{lower}es" if lower.endswith(("s", "x", "ch", "sh")) else f"{lower}s"
