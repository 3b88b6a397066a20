"""A cluster described by YAML: its objects and release, what becomes of pods and requests, who serves."""

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orchestrator.errors import DocumentError
from orchestrator.simulator import sources
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.proxies import Proxy
from orchestrator.simulator.resources import Object
from orchestrator.simulator.rules import FateRule, ResultRule, Simulation
from orchestrator.simulator.sources import Location, Source

DEFAULT_RELEASE = "v1.23.17"
DEMO = files(__package__).joinpath("demo")

_REQUIRED = (("apiVersion",), ("kind",), ("metadata", "name"))


@dataclass(slots=True)
class Description:
    """Everything that a simulated cluster starts from; `version` is its Kubernetes release."""

    version: str = DEFAULT_RELEASE
    objects: list[Object] = field(default_factory=list)
    fates: list[FateRule] = field(default_factory=list)
    results: list[ResultRule] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    proxies: list[Proxy] = field(default_factory=list)


def load(path: Path) -> Description:
    """Read a file, or every *.yaml, *.yml and *.json below a folder; DocumentError names file and line."""
    description = Description()
    found = [source for source in sources.read(path) if source.value is not None]
    if not found:
        raise DocumentError(f"{path}: describes no cluster: it is empty")
    for source in found:
        _add(description, source)
    return description


def load_demo() -> Description:
    """The cluster that `demo` shows when none is given."""
    return load(Path(str(DEMO)))


def _add(description: Description, source: Source) -> None:
    document = source.value
    if not isinstance(document, dict):
        raise source.error((), "neither a Kubernetes object nor a simulation")
    if "kind" not in document:
        _add_simulation(description, source)
    elif "items" in document and str(document["kind"]).endswith("List"):
        items = document["items"] or []
        if not isinstance(items, list):
            raise source.error(("items",), "`items` must be a list of Kubernetes objects")
        for index, item in enumerate(items):
            description.objects.append(_checked(_item(document, item), source, ("items", index)))
    else:
        description.objects.append(_checked(document, source, ()))


def _item(parent: Object, item: Any) -> Any:
    """An item of a typed list (`NodeList`), which may leave out what the list says."""
    kind = parent["kind"].removesuffix("List")
    if not kind or not isinstance(item, dict):
        return item
    return {"apiVersion": parent.get("apiVersion"), "kind": kind} | item


def _checked(obj: Any, source: Source, location: Location) -> Object:
    for path in _REQUIRED:
        value = obj
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if not isinstance(value, str) or not value:
            raise source.error(location, f"a Kubernetes object needs `{'.'.join(path)}`")
    return obj  # type: ignore[no-any-return]


def _add_simulation(description: Description, source: Source) -> None:
    try:
        simulation = Simulation.model_validate(source.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise source.error(first["loc"], f"{place}: {message}") from error
    description.version = simulation.version or description.version
    description.fates += simulation.fates
    description.results += simulation.results
    description.faults += simulation.faults
    description.proxies += simulation.proxies
