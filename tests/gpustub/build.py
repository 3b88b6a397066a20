"""Compiles the C stubs of NVIDIA's libraries that lie here."""

import hashlib
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
FLAGS = ("-shared", "-fPIC", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror")


def compile_stub(name: str, folder: Path, sources: Path = HERE) -> Path:
    """The library NAME.so.1, compiled from NAME.c of `sources` into a folder of its own under `folder`.

    What is there already is used again; processes that do this at the same time do not disturb each other.
    """
    source = sources / f"{name}.c"
    written = b"".join(path.read_bytes() for path in (source, *sorted(HERE.glob("*.[ch]"))))
    library = folder / hashlib.sha256(written).hexdigest()[:16] / f"{name}.so.1"
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        _compile(source, library)
    return library


def _compile(source: Path, library: Path) -> None:
    compiler = shlex.split(os.environ.get("CC", "cc"))
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        made = Path(scratch) / library.name
        soname = f"-Wl,-soname,{library.name}"
        subprocess.run([*compiler, *FLAGS, soname, "-o", made, source], check=True)
        made.rename(library)
