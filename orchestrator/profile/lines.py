"""YAML with a memory of where each field was written, so that an error can name file, line and field."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from orchestrator.errors import ProfileError
from orchestrator.nesting import too_deep

Location = tuple[int | str, ...]
_MAX_BYTES = 1 << 20
_MAX_DEPTH = 50
_MAX_NODES = 100_000
# What PyYAML lets through when a value is not what its tag says, e.g. `!!bool 3`.
_VALUE_ERRORS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Lines:
    """Line numbers (from 1) by location, e.g. `("requirements", "3", "severity")`."""

    file: str
    by_location: dict[tuple[str, ...], int] = field(default_factory=dict)

    def error(self, location: Location, message: str, named: str | None = None) -> ProfileError:
        """The error for what stands at this location, or at the nearest place around it."""
        known = names = tuple(map(str, location))
        while known and known not in self.by_location:
            known = known[:-1]
        line = self.by_location.get(known)
        return ProfileError(message, file=self.file, line=line, field=named or ".".join(names) or None)


def read_yaml(source: Path | Traversable) -> tuple[dict[str, Any], Lines]:
    """The mapping in a YAML file and where its fields are; ProfileError when there is none."""
    lines = Lines(str(source))
    data = _read_bytes(source)
    with _told_of(lines.file):
        if line := too_deep(data, _MAX_DEPTH):
            raise ProfileError(_TOO_DEEP, file=lines.file, line=line)
        loader = yaml.CSafeLoader(data)
        node = loader.get_single_node()
        if node is not None:
            _note(node, (), lines, ())
        raw = node and loader.construct_document(node)
    if not isinstance(raw, dict):
        raise ProfileError("not a mapping with the fields of a profile", file=lines.file, line=1)
    return raw, lines


def _read_bytes(source: Path | Traversable) -> bytes:
    try:
        with source.open("rb") as file:
            data: bytes = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ProfileError(f"cannot be read: {error.strerror}", file=str(source)) from error
    if len(data) > _MAX_BYTES:
        raise ProfileError(f"larger than {_MAX_BYTES >> 20} MiB: this is no profile", file=str(source))
    return data


@contextmanager
def _told_of(file: str) -> Iterator[None]:
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ProfileError(f"not YAML: {error.problem}", file=file, line=line) from error
    except yaml.YAMLError as error:
        raise ProfileError(f"not YAML: {str(error).splitlines()[0]}", file=file) from error
    except _VALUE_ERRORS as error:
        raise ProfileError(f"not YAML: a value is not what its tag says ({error})", file=file) from error


_TOO_DEEP = f"nested deeper than {_MAX_DEPTH} levels: this is no profile"


def _note(node: yaml.Node, location: tuple[str, ...], lines: Lines, above: tuple[int, ...]) -> None:
    """Remember where `node` is. Aliases are followed, but not for ever: a file may be a bomb."""
    lines.by_location.setdefault(location, node.start_mark.line + 1)
    if id(node) in above:
        raise lines.error(location, "an alias stands inside what it stands for")
    if len(above) > _MAX_DEPTH:
        raise lines.error(location[:1], _TOO_DEEP)
    if len(lines.by_location) > _MAX_NODES:
        raise lines.error(location[:1], f"aliases make more than {_MAX_NODES} values of this file")
    for name, child in _children(node, location, lines):
        _note(child, (*location, name), lines, (*above, id(node)))


def _children(node: yaml.Node, location: tuple[str, ...], lines: Lines) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        yield from ((str(index), child) for index, child in enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        given: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            lines.by_location[(*location, name)] = key.start_mark.line + 1
            if name in given:
                raise lines.error((*location, name), "this field is given twice")
            given.add(name)
            yield name, value
