"""The cases of the proofs, from YAML: a cluster made of parts, and the findings that its audit must have."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from orchestrator.checks.endpoint import Endpoint
from orchestrator.checks.resolver import Resolver
from orchestrator.profile.load import load

FOLDER = Path(__file__).parent
VERSION = "v1.23.17"
KINDS = ("pass", "fail", "skip", "unknown")
Json = dict[str, Any]


class Case(NamedTuple):
    """One cluster for the requirement `id` of a profile, and the findings on it."""

    id: str
    name: str
    profile: str
    features: tuple[str, ...]
    options: tuple[str, ...]
    cluster: str
    findings: list[Json]

    def __str__(self) -> str:
        return f"{self.id}-{self.name}"


@cache
def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def cases() -> list[Case]:
    """Every case of every file in cases/."""
    return [case for path in sorted((FOLDER / "cases").glob("*.yaml")) for case in _of_file(path)]


def proved() -> dict[str, set[str]]:
    """The kinds of cases that each requirement has."""
    found: dict[str, set[str]] = {}
    for case in cases():
        found.setdefault(case.id, set()).add(case.name)
    return found


def _of_file(path: Path) -> Iterator[Case]:
    """Of the row that the file is called after; with `prove`, of several, each with what is its own."""
    told = read(path)
    if "prove" not in told:
        yield from _of_row(path.stem, told)
        return
    for id_, own in told["prove"].items():
        whole = merged(told, own)
        row = load(whole["profile"]).requirement(id_)
        assert row is not None, f"{path.name}: {whole['profile']} has no row {id_}"
        yield from _of_row(id_, _filled(whole, {"row": row, **whole.get("words", {})}))


def _of_row(id_: str, told: Json) -> Iterator[Case]:
    named = {kind: told[kind] for kind in KINDS if kind in told} | told.get("more", {})
    for name, case in named.items():
        whole = {**named[case["extends"]], **case} if "extends" in case else case
        profile = whole.get("profile", told["profile"])
        yield Case(
            id=id_,
            name=name,
            profile=profile,
            features=tuple(whole.get("features", told.get("features", []))),
            options=tuple(whole.get("options", told.get("options", []))),
            cluster=_cluster(profile, whole),
            findings=[each for finding in whole["findings"] for each in _of_subjects(finding)],
        )


def _filled(value: Any, names: Json) -> Any:
    """With what `{row.expect.host}` and the like stand for in every text."""
    match value:
        case str():
            return value.format(**names)
        case list():
            return [_filled(each, names) for each in value]
        case dict():
            return {key: _filled(each, names) for key, each in value.items()}
        case _:
            return value


def _of_subjects(finding: Json) -> list[Json]:
    """A finding on several `subjects` is one on each."""
    rest = {key: value for key, value in finding.items() if key != "subjects"}
    return [{**rest, "subject": each} for each in finding["subjects"]] if "subjects" in finding else [finding]


def _healthy(profile: str) -> Json:
    """What every probe answers where all is well with whatever rows of this profile ask."""
    answers: Json = read(FOLDER / "answers.yaml")
    rows = load(profile).requirements
    endpoints = [{"endpoint": row.expect.label} for row in rows if isinstance(row, Endpoint)]
    resolvers = [
        {"resolver": row.expect.address, "port": row.expect.port, "query": row.expect.query}
        for row in rows
        if isinstance(row, Resolver)
    ]
    dns, egress = answers["dns"], answers["egress"]
    return answers | {
        "dns": dns | {"resolvers": [dns["resolvers"] | asked for asked in resolvers]},
        "egress": egress | {"endpoints": [egress["endpoints"] | asked for asked in endpoints]},
    }


def _cluster(profile: str, case: Json) -> str:
    """The description of the case's cluster, as the simulator reads it."""
    results = _healthy(profile) | case.get("results", {})
    simulation: Json = {
        "version": case.get("version", VERSION),
        "results": [{"probe": probe, "data": data} for probe, data in results.items() if data is not None],
        **{key: case[key] for key in ("faults", "fates", "proxies") if key in case},
    }
    return yaml.safe_dump_all([simulation, *_objects(case)])


def _objects(case: Json) -> list[Json]:
    parts = [read(FOLDER / "base.yaml")["items"]]
    parts += [_component(name) for name in case.get("components", [])]
    parts += [[obj] for obj in case.get("objects", [])]
    objects: dict[str, Json] = {}
    for obj in (obj for part in parts for obj in part):
        objects[_key(obj)] = merged(objects.get(_key(obj), {}), obj)
    without = case.get("without", [])
    return [obj for key, obj in objects.items() if not any(fnmatchcase(key, glob) for glob in without)]


def _component(name: str) -> list[Json]:
    documents = yaml.safe_load_all((FOLDER / "components" / f"{name}.yaml").read_text())
    return [obj for each in documents if each for obj in each.get("items", [each])]


def _key(obj: Json) -> str:
    """`Deployment gpu-operator/gpu-operator`, `Node gpu-1`."""
    meta = obj["metadata"]
    return f"{obj['kind']} {'/'.join(filter(None, (meta.get('namespace'), meta['name'])))}"


def merged(old: Any, patch: Any) -> Any:
    """A JSON merge patch, applied."""
    if not isinstance(patch, dict):
        return patch
    base = old if isinstance(old, dict) else {}
    changed = {key: merged(base.get(key), value) for key, value in patch.items() if value is not None}
    return {**{key: value for key, value in base.items() if key not in patch}, **changed}
