"""How the driver's library is found, and what its calls raise."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import libcuda
import library
import pytest
from libcuda import CudaError, Library
from library import NoLibrary

from tests.gpustub.build import compile_stub

NAME = "libcuda.so.runai-preflight-test"


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[Path]]:
    """Let the library be looked for in these folders only."""

    def use(*names: str) -> list[Path]:
        found = [tmp_path / name for name in names]
        for folder in found:
            folder.mkdir()
        for module in (libcuda, library):
            monkeypatch.setattr(module, "FOLDERS", tuple(map(str, found)))
        monkeypatch.setattr(libcuda, "LIBRARY", NAME)
        return found

    return use


@pytest.fixture
def opened() -> Iterator[Callable[[], Library]]:
    """Open it, and close it after the test: what stays loaded is found by the next one."""
    libraries = []

    def open_one() -> Library:
        libraries.append(Library.open())
        return libraries[-1]

    yield open_one
    for one in libraries:
        libcuda._unload(one._cdll)


def test_no_library_at_all(folders: Callable[..., list[Path]]) -> None:
    folders("driver")
    with pytest.raises(NoLibrary) as raised:
        Library.open()
    assert str(raised.value) == f"{NAME} is neither in the loader's search path nor in a folder of drivers"


def test_a_file_that_is_no_library(folders: Callable[..., list[Path]]) -> None:
    (folder,) = folders("driver")
    (folder / NAME).write_text("this is no library")
    with pytest.raises(NoLibrary) as raised:
        Library.open()
    assert str(raised.value) == f"{folder / NAME}: file too short"


@pytest.mark.parametrize("kind", ["stubs", "compat"])
def test_what_only_stands_in_for_the_driver_is_passed_over(
    folders: Callable[..., list[Path]], opened: Callable[[], Library], stubs: Path, kind: str
) -> None:
    wrong, right = folders(kind, "driver")
    for folder in (wrong, right):
        shutil.copy(compile_stub("libcuda", stubs), folder / NAME)
    assert opened().path == str(right / NAME)


def test_nothing_but_what_stands_in_for_the_driver(folders: Callable[..., list[Path]], stubs: Path) -> None:
    (wrong,) = folders("compat")
    shutil.copy(compile_stub("libcuda", stubs), wrong / NAME)
    with pytest.raises(NoLibrary) as raised:
        Library.open()
    message = f"{wrong / NAME} is not the driver's own, and no other {NAME} is there"
    assert str(raised.value) == message


def test_calls_that_are_not_there_are_not_found(
    folders: Callable[..., list[Path]],
    opened: Callable[[], Library],
    stubs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder,) = folders("driver")
    shutil.copy(compile_stub("libcuda", stubs), folder / NAME)
    monkeypatch.setitem(libcuda.CALLS, "cuNone", (("cuNone_v2", "cuNone"), ()))
    with pytest.raises(CudaError) as raised:
        opened().call("cuNone")
    assert str(raised.value) == "cuNone: CUDA_ERROR_NOT_FOUND (500)"


def test_an_error_without_a_name() -> None:
    assert str(CudaError("cuInit", 12345, None)) == "cuInit: an error (12345)"
