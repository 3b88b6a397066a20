"""A cluster described by YAML: the objects it has, its release, and what becomes of pods and requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from orchestrator.errors import DocumentError
from orchestrator.simulator.faults import Fault
from orchestrator.simulator.resources import Object
from orchestrator.simulator.rules import FateRule, ResultRule, Simulation

DEFAULT_RELEASE = "v1.23.17"
DEMO = files(__package__).joinpath("demo.yaml")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Description:
    """Everything that a simulated cluster starts from; `version` is its Kubernetes release."""

    version: str = DEFAULT_RELEASE
    objects: list[Object] = field(default_factory=list)
    fates: list[FateRule] = field(default_factory=list)
    results: list[ResultRule] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def load(path: Path) -> Description:
    """Read a file, or every *.yaml, *.yml and *.json below a folder; DocumentError names file and line."""
    description = Description()
    for file in _files(path):
        for node, document in _documents(file):
            _add(description, document, file, node)
    return description


def load_demo() -> Description:
    """The cluster that `demo` shows when none is given."""
    return load(Path(str(DEMO)))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml", ".json"))
    if not found:
        raise DocumentError(f"{path}: no .yaml, .yml or .json file in this folder")
    return found


def _documents(file: Path) -> Iterator[tuple[yaml.Node, Any]]:
    """The documents of a file, each with its syntax tree."""
    try:
        loader = _Loader(file.read_bytes())
        while loader.check_node():
            node = loader.get_node()
            yield node, loader.construct_document(node)
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{file}: cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DocumentError(f"{file}:{line}: not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise DocumentError(f"{file}: not valid YAML: {error}") from error


def _add(description: Description, document: Any, file: Path, node: yaml.Node) -> None:
    if document is None:
        return
    if not isinstance(document, dict):
        raise DocumentError(
            f"{file}:{node.start_mark.line + 1}: neither a Kubernetes object nor a simulation"
        )
    if "kind" not in document:
        _add_simulation(description, document, file, node)
    elif document["kind"] == "List" or ("items" in document and str(document["kind"]).endswith("List")):
        for index, item in enumerate(document.get("items") or []):
            place = _at(node, ("items", index))
            item = _item(document, item) if isinstance(item, dict) else item
            description.objects.append(_checked(item, file, place))
    else:
        description.objects.append(_checked(document, file, node))


def _item(parent: Object, item: Object) -> Object:
    """An item of a typed list (`NodeList`), which may leave out what the list says."""
    if parent["kind"] == "List":
        return item
    return {"apiVersion": parent.get("apiVersion"), "kind": parent["kind"].removesuffix("List")} | item


def _checked(obj: Any, file: Path, node: yaml.Node) -> Object:
    line = node.start_mark.line + 1
    for path in (("apiVersion",), ("kind",), ("metadata", "name")):
        value = obj
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if not isinstance(value, str) or not value:
            raise DocumentError(f"{file}:{line}: a Kubernetes object needs `{'.'.join(path)}`")
    return obj  # type: ignore[no-any-return]


def _add_simulation(description: Description, document: Object, file: Path, node: yaml.Node) -> None:
    try:
        simulation = Simulation.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        line = _at(node, first["loc"]).start_mark.line + 1
        field_ = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise DocumentError(f"{file}:{line}: {field_}: {message}") from error
    description.version = simulation.version or description.version
    description.fates += simulation.fates
    description.results += simulation.results
    description.faults += simulation.faults


def _at(node: yaml.Node, path: tuple[int | str, ...]) -> yaml.Node:
    """The deepest node on a path that is there."""
    for part in path:
        below: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            below = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            below = node.value[part]
        if below is None:
            break
        node = below
    return node
