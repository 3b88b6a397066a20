"""Lays out the Python that runs it, and what that needs of the system, as the root of a small image.

    python3 -IS runtime.py TARGET

Standard library, CA certificates, and the shared libraries that they and NVIDIA's driver are linked against;
no shell, no package manager, nothing setuid. For scanners, and for the licences, the image tells of which
Debian packages its files are.
"""

import compileall
import os
import py_compile
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

UNUSED = ("config-*", "dist-packages", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages")
TESTS = ("__pycache__", "test", "tests", "idle_test", "tkinter", "turtledemo", "*tkinter*.so", "_test*.so")
# Opened while a program runs: to end threads, and by NVIDIA's libraries, which fit older C libraries too.
OPENED_LATER = ("libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1")
DPKG = "/usr/bin/dpkg-query"
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
CERTIFICATES_OF = Path("/usr/sbin/update-ca-certificates")
USER = 65532
FILES = {
    "etc/passwd": f"root:x:0:0::/:/sbin/nologin\nnonroot:x:{USER}:{USER}::/:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nnonroot:x:{USER}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def main(target: Path) -> None:
    for name in ("bin", "lib", "lib64", "sbin"):  # usr/lib may be their only place, as it is here
        if (link := Path("/", name)).is_symlink():
            place(target, link).symlink_to(link.readlink())
            (target / link.readlink()).mkdir(parents=True)
    copy_python(target)
    libraries = copy_libraries(target)
    copy_certificates(target)
    for name, text in FILES.items():
        place(target, Path("/", name)).write_text(text)
    (target / "tmp").mkdir(mode=0o1777)
    (target / "tmp").chmod(0o1777)
    record_packages(target, [Path(sys.executable), CERTIFICATES_OF, *libraries])


def copy_python(target: Path) -> None:
    """The interpreter and its compiled library; a run on a read-only root compiles nothing."""
    program, library = Path(sys.executable).resolve(), Path(sysconfig.get_path("stdlib"))
    copy(program, target)
    place(target, program.with_name("python3")).symlink_to(program.name)
    own = place(target, library)
    shutil.copytree(library, own, ignore=shutil.ignore_patterns(*UNUSED, *TESTS))
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(own, quiet=1, stripdir=str(target), invalidation_mode=unchecked):
        raise SystemExit("the standard library did not compile")


def copy_libraries(target: Path) -> list[Path]:
    """Every shared library that the copied files are linked against, and those that are opened later."""
    programs = [place(target, Path(sys.executable).resolve())]
    programs += place(target, Path(sysconfig.get_path("stdlib"))).rglob("*.so")
    linked = {library for program in programs for library in linked_to(program)}
    beside = next(library.parent for library in linked if library.name == "libc.so.6")
    linked |= {beside / name for name in OPENED_LATER}
    for library in linked:
        copy(library, target)
    return sorted(linked)


def linked_to(program: Path) -> Iterator[Path]:
    """What the loader would load with it; it must find all."""
    listed = said_by("/usr/bin/ldd", program)
    if "not found" in listed:
        raise SystemExit(f"{program} lacks a library:\n{listed}")
    yield from map(Path, re.findall(r"(/\S+) \(0x", listed))


def copy_certificates(target: Path) -> None:
    """One bundle, found by OpenSSL where it looks by default."""
    copy(BUNDLE, target)
    default = Path(ssl.get_default_verify_paths().openssl_cafile)
    if default != BUNDLE:
        place(target, default).symlink_to(BUNDLE)


def record_packages(target: Path, files: list[Path]) -> None:
    """What dpkg knows of the packages that the files are of, as scanners of images without dpkg read it."""
    names = {os.path.realpath(file) for file in files} | set(map(str, files))
    owners = said_by(DPKG, "--search", *names, tolerant=True)  # it knows no file by the path of a symlink
    for package in sorted(set(re.findall(r"^([a-z0-9.+-]+)(?::\w+)?: ", owners, re.MULTILINE))):
        place(target, Path("/var/lib/dpkg/status.d", package)).write_text(said_by(DPKG, "--status", package))
        copy(Path("/usr/share/doc", package, "copyright"), target)


def said_by(*command: str | Path, tolerant: bool = False) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=not tolerant)  # noqa: S603 - our own words
    return done.stdout


def copy(file: Path, target: Path) -> None:
    """The file itself, at this path below the target."""
    shutil.copy(file, place(target, file))


def place(target: Path, path: Path) -> Path:
    """Where a path of this system is below the target; its folder is made."""
    there = target / path.relative_to("/")
    there.parent.mkdir(parents=True, exist_ok=True)
    return there


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
