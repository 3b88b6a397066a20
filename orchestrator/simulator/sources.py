"""YAML and JSON files as documents that know where their parts were written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from orchestrator.errors import DocumentError
from orchestrator.nesting import too_deep

Location = tuple[int | str, ...]

# What PyYAML lets through when a value is not what its tag says, e.g. `!!bool 3`.
_VALUE_ERRORS = (ValueError, TypeError, LookupError, AttributeError)
_MAX_DEPTH = 100
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.CSafeLoader):
    """As safe as its base, and leaves timestamps the text that Kubernetes has."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(slots=True)
class Source:
    """One document of a file."""

    file: Path
    value: Any
    node: yaml.Node | None = field(default=None, repr=False)

    def error(self, location: Location, message: str) -> DocumentError:
        """The error for what stands at this location, or at the nearest place around it."""
        if self.node is None:
            self.node = yaml.compose(self.file.read_bytes(), _Loader)
        line = _at(self.node, location).start_mark.line + 1 if self.node else 1
        return DocumentError(f"{self.file}:{line}: {message}")


def read(path: Path) -> Iterator[Source]:
    """The documents of a file, or of every *.yaml, *.yml and *.json below a folder; DocumentError."""
    for file in _files(path):
        try:
            yield from _documents(file)
        except OSError as error:
            raise DocumentError(f"{file}: cannot be read: {error.strerror}") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise DocumentError(f"{file}:{line}: not valid YAML: {error.problem}") from error
        except (yaml.YAMLError, *_VALUE_ERRORS) as error:
            raise DocumentError(f"{file}: not valid YAML: {error}") from error


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml", ".json"))
    if not found:
        raise DocumentError(f"{path}: no .yaml, .yml or .json file in this folder")
    return found


def _documents(file: Path) -> Iterator[Source]:
    data = file.read_bytes()
    if file.suffix == ".json":  # read as YAML, a large cluster's nodes would take minutes
        try:
            yield Source(file, json.loads(data))
        except ValueError as error:
            line = getattr(error, "lineno", 1)
            raise DocumentError(f"{file}:{line}: not valid JSON: {error}") from error
        except RecursionError as error:
            raise DocumentError(f"{file}: nested too deep: this describes no cluster") from error
        return
    if line := too_deep(data, _MAX_DEPTH):
        raise DocumentError(
            f"{file}:{line}: nested deeper than {_MAX_DEPTH} levels: this describes no cluster"
        )
    loader = _Loader(data)
    while loader.check_node():
        node = loader.get_node()
        yield Source(file, loader.construct_document(node), node)


def _at(node: yaml.Node, location: Location) -> yaml.Node:
    """The deepest node on the way to a location."""
    for part in location:
        below: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            below = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            below = node.value[part]
        if below is None:
            break
        node = below
    return node
