"""Documents in and out of files: evidence, reports."""

import os
import sys
import tempfile
from codecs import BOM_UTF8
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from orchestrator.errors import DocumentError
from orchestrator.model import Model, Tolerant

M = TypeVar("M", bound=Model)

_STDIN = "-"
_COMMANDS = {"Evidence": "evaluate", "Report": "report"}


class _Kind(Tolerant):
    kind: str


def read_document(path: Path, model: type[M]) -> M:
    """The document in this file (`-`: stdin); DocumentError says what it is instead."""
    try:
        data = sys.stdin.buffer.read() if str(path) == _STDIN else path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error
    data = data.removeprefix(BOM_UTF8)
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise _not_a(model.__name__, path, data, error) from error


def _not_a(kind: str, path: Path, data: bytes, error: ValidationError) -> DocumentError:
    other = _kind(data)
    if other != kind and other in _COMMANDS:
        return DocumentError(f"{path}: this is a document of kind {other}: use `{_COMMANDS[other]}`")
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    return DocumentError(
        f"{path}: not a document of kind {kind}: {f'{place}: ' if place else ''}{message}",
        hint=f"give a JSON file that runai-preflight has written with kind: {kind}",
    )


def _kind(data: bytes) -> str:
    """What a document says that it is."""
    try:
        return _Kind.model_validate_json(data).kind
    except ValidationError:
        return ""


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file whole or not at all (a pipe or device as it is); DocumentError when that fails."""
    try:
        if _is_special(path):
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text, mode)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be written: {error.strerror}") from error


def expect_writable(path: Path) -> None:
    """DocumentError before a long run rather than after it."""
    place = path if _is_special(path) else path.resolve().parent
    if path.is_dir() or not os.access(place, os.W_OK):
        raise DocumentError(
            f"{path}: cannot be written: its folder is missing or read-only, or it is one itself"
        )


def _is_special(path: Path) -> bool:
    """Whether there is something else than a file: a pipe, a terminal, a device."""
    return path.exists() and not path.is_file()


def _replace(path: Path, text: str, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".runai-preflight.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink()
        raise
