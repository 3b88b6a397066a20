"""The root file system of a stock-like Python 3.11 image, laid out from Debian packages."""

import shutil
from pathlib import Path

from tests.devcluster import packages
from tests.devcluster.console import run

PACKAGES = (
    "python3.11-minimal",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "busybox-static",
    "ca-certificates",
    "libbz2-1.0",
    "libc6",
    "libcrypt1",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "liblzma5",
    "libsqlite3-0",
    "libssl3",
    "libuuid1",
    "zlib1g",
)
_SHELL_COMMANDS = ("cat", "env", "false", "ls", "sh", "sleep", "true")
_LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/lintian", "usr/share/locale")
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def build(target: Path) -> None:
    """Lay out the file system under `target`; python3 and a small shell are on the PATH."""
    packages.unpack(PACKAGES, target)
    for folder in _LEFT_OUT:
        shutil.rmtree(target / folder, ignore_errors=True)
    for folder in ("root", "tmp", "proc", "sys", "dev", "bin", "etc/ssl/certs"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    (target / "tmp").chmod(0o1777)
    for name, text in _FILES.items():
        (target / name).write_text(text)
    _link_commands(target)
    _bundle_certificates(target)
    run(["chroot", str(target), "/usr/bin/python3", "-m", "compileall", "-q", "/usr/lib/python3.11"])


def _link_commands(target: Path) -> None:
    (target / "usr/bin/python3").symlink_to("python3.11")
    for command in _SHELL_COMMANDS:
        (target / "bin" / command).symlink_to("busybox")


def _bundle_certificates(target: Path) -> None:
    """Do what the package's own set-up does: one bundle, found by OpenSSL's default path."""
    authorities = sorted((target / "usr/share/ca-certificates").rglob("*.crt"))
    bundle = target / "etc/ssl/certs/ca-certificates.crt"
    bundle.write_bytes(b"".join(file.read_bytes() for file in authorities))
    openssl = target / "usr/lib/ssl"
    openssl.mkdir(parents=True, exist_ok=True)
    (openssl / "cert.pem").symlink_to("/etc/ssl/certs/ca-certificates.crt")
