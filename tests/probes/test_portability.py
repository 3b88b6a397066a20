"""The probes as every stock Python image from 3.8 on will meet them."""

import ast
import sys
from pathlib import Path

import pytest

from tests.probes.conftest import PROBES

FILES = sorted(PROBES.glob("*.py"))
OURS = {path.stem for path in FILES}
CHEAP = {
    "__future__",
    "base64",
    "calendar",
    "functools",
    "hashlib",
    "ipaddress",
    "json",
    "math",
    "os",
    "re",
    "signal",
}
CHEAP |= {"socket", "ssl", "ctypes", "subprocess", "sys", "threading", "time", "urllib"}
CHEAP |= {"contextlib", "errno", "fcntl", "fnmatch", "hashlib", "itertools", "mmap", "select"}
TYPES_ONLY = "TYPE_CHECKING"


def imported(tree: ast.AST) -> set[str]:
    """The top-level modules that are imported when the file runs."""
    names = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == TYPES_ONLY:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
        names |= imported(node)
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_python_3_8_reads_it(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_imports_only_what_is_cheap_and_everywhere(path: Path) -> None:
    assert imported(ast.parse(path.read_text())) <= CHEAP | OURS
    assert sys.stdlib_module_names >= CHEAP


@pytest.mark.parametrize("name", ["asyncio", "http", "logging", "typing", "argparse", "dataclasses"])
def test_what_is_dear_would_be_seen(name: str) -> None:
    assert name not in CHEAP | OURS
    assert imported(ast.parse(f"def f():\n    import {name}.x")) == {name}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_evaluates_no_annotation(path: Path) -> None:
    imports = [node.module for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom)]
    assert path.stem == "__init__" or imports[0] == "__future__"
