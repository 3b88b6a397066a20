"""Loads NVIDIA's user libraries from wherever a node or a container runtime has put them."""

from __future__ import annotations

import ctypes
import os
import re

from shared import read

# Where installers and container runtimes put the libraries, should the loader's cache not know of them.
FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/local/nvidia/lib64",
    "/home/kubernetes/bin/nvidia/lib64",
    "/run/nvidia/driver/usr/lib/x86_64-linux-gnu",
    "/run/nvidia/driver/usr/lib/aarch64-linux-gnu",
    "/run/nvidia/driver/usr/lib64",
    "/usr/lib/wsl/lib",
)


class NoLibrary(Exception):
    """The library could not be loaded: it is nowhere, or the loader says why not."""


def load_library(name: str, given: str = "") -> ctypes.CDLL:
    """The library of this name: by the loader's own search, then in the known folders; or the given file."""
    paths = [given] if given else [name, *(f"{folder}/{name}" for folder in FOLDERS)]
    refusals = []
    for path in paths:
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            if os.path.exists(path):  # noqa: PTH110 - pathlib is slow to import
                refusals.append(str(error))
    nowhere = f"{name} is neither in the loader's search path nor in a folder of drivers"
    raise NoLibrary("; ".join(refusals) or (f"there is no {given}" if given else nowhere))


def library_file(name: str) -> str | None:
    """The file that a library which was loaded under this name is mapped from, links resolved."""
    stem = name.partition(".so")[0] + ".so"
    paths = (line.split(None, 5)[-1].strip() for line in (read("/proc/self/maps") or "").splitlines())
    return next((path for path in paths if path.rpartition("/")[2].startswith(stem)), None)


def library_version(path: str) -> str | None:
    """The driver that a library came with, as its file is named after it."""
    told = re.search(r"\.so\.(\d+(?:\.\d+)+)$", path)
    return told.group(1) if told else None


def c_library() -> str:
    """`glibc 2.36`, without which NVIDIA's libraries cannot be loaded, or that it is another."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or "not glibc"
    except (OSError, ValueError):
        return "not glibc"
