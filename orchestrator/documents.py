"""Documents in and out of files: evidence, reports."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from orchestrator.errors import DocumentError
from orchestrator.model import Model

M = TypeVar("M", bound=Model)

_STDIN = "-"


def read_document(path: Path, model: type[M]) -> M:
    """The document in this file (`-`: stdin); DocumentError says what it is instead."""
    kind = model.__name__
    try:
        data = sys.stdin.buffer.read() if str(path) == _STDIN else path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DocumentError(
            f"{path}: not a document of kind {kind}: {f'{place}: ' if place else ''}{first['msg']}",
            hint=f"give a JSON file that runai-preflight has written with kind: {kind}",
        ) from error


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file whole or not at all (a pipe or device as it is); DocumentError when that fails."""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text, mode)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be written: {error.strerror}") from error


def expect_writable(path: Path) -> None:
    """DocumentError before a long run rather than after it."""
    if path.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise DocumentError(
            f"{path}: cannot be written: its folder is missing or read-only, or it is one itself"
        )


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
