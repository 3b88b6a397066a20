"""The cases of the proofs, from YAML: a cluster made of parts, and the findings that its audit must have."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, get_args

import yaml

from orchestrator.checks.network.endpoint import Endpoint
from orchestrator.checks.network.resolver import Resolver
from orchestrator.checks.registry.image_available import ImageAvailable
from orchestrator.checks.registry.rate_limit import RegistryLimit
from orchestrator.profile.load import load
from orchestrator.settings import Setting

FOLDER = Path(__file__).parent
VERSION = "v1.23.17"
KINDS = ("pass", "fail", "skip", "unknown")
Json = dict[str, Any]
_RULES = ("faults", "fates", "proxies")
_OF_ALL: Json = {"features": [], "options": []}


class Case(NamedTuple):
    """One cluster for the requirement `id` of a profile, and the findings on it."""

    id: str
    name: str
    profile: str
    features: tuple[str, ...]
    options: tuple[str, ...]
    told: Json
    findings: list[Json]

    def __str__(self) -> str:
        return f"{self.id}-{self.name}"

    @property
    def version(self) -> str:
        """The release of the API server."""
        return str(self.told.get("version", VERSION))

    def answers(self, node: str = "") -> Json:
        """What each probe answers, on this node or any other; None where it gives no answer."""
        everywhere = _healthy(self.profile) | self.told.get("results", {})
        answers: Json = merged(everywhere, self.told.get("resultsOn", {}).get(node, {}))
        return answers

    def objects(self) -> list[Json]:
        """What the cluster has, as Kubernetes' API shows it."""
        return _objects(self.told)

    @property
    def settings(self) -> dict[str, str]:
        """What the options say of the installation, by setting."""
        pairs = {option.removeprefix("--"): value for option, value in pairwise(self.options)}
        return {name: pairs[name] for name in get_args(Setting) if name in pairs}

    def cluster(self) -> str:
        """The description of the cluster, as the simulator reads it."""
        results = [
            {"match": {"node": node or "*"}, "probe": probe, "data": data}
            for node in (*self.told.get("resultsOn", {}), "")
            for probe, data in self.answers(node).items()
            if data is not None
        ]
        rules = {key: self.told[key] for key in _RULES if key in self.told}
        simulation: Json = {"version": self.version, "results": results, **rules}
        return yaml.dump_all([simulation, *self.objects()], Dumper=yaml.CSafeDumper)


@cache
def read(path: Path) -> Any:
    return yaml.load(path.read_text(), yaml.CSafeLoader)


@cache
def cases() -> list[Case]:
    """Every case of every file in cases/."""
    return [case for path in sorted((FOLDER / "cases").glob("*.yaml")) for case in of_file(path)]


def proved() -> dict[str, set[str]]:
    """The kinds of cases that each requirement has."""
    found: dict[str, set[str]] = {}
    for case in cases():
        found.setdefault(case.id, set()).add(case.name)
    return found


def of_file(path: Path) -> Iterator[Case]:
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
    """What a case does not say is said by the one that it extends, or else by the file."""
    named: dict[str, Json] = {kind: told[kind] for kind in KINDS if kind in told} | told.get("more", {})
    for name, case in named.items():
        base = named[case["extends"]] if "extends" in case else {}
        whole: Json = {**_OF_ALL, **told, **base, **case}
        yield Case(
            id=id_,
            name=name,
            profile=whole["profile"],
            features=tuple(whole["features"]),
            options=tuple(whole["options"]),
            told=whole,
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
    asking = (ImageAvailable, RegistryLimit)
    images = dict.fromkeys(row.expect.image for row in rows if isinstance(row, asking))
    dns, egress, registry = answers["dns"], answers["egress"], answers["registry"]
    return answers | {
        "dns": dns | {"resolvers": [dns["resolvers"] | asked for asked in resolvers]},
        "egress": egress | {"endpoints": [egress["endpoints"] | asked for asked in endpoints]},
        "registry": registry | {"images": [registry["images"] | {"image": image} for image in images]},
    }


def _objects(case: Json) -> list[Json]:
    parts = [read(FOLDER / "base.yaml")["items"]]
    parts += [_component(name) for name in case.get("components", [])]
    parts += [[obj] for obj in case.get("objects", [])]
    objects: dict[str, Json] = {}
    for obj in (obj for part in parts for obj in part):
        objects[_key(obj)] = merged(objects.get(_key(obj), {}), obj)
    without = case.get("without", [])
    return [obj for key, obj in objects.items() if not any(fnmatchcase(key, glob) for glob in without)]


@cache
def _component(name: str) -> list[Json]:
    documents = yaml.load_all((FOLDER / "components" / f"{name}.yaml").read_text(), yaml.CSafeLoader)
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
