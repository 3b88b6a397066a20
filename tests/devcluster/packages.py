"""Debian packages: those that the cluster runs on are installed, the rest is fetched and unpacked aside."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.devcluster.console import DevclusterError, run, step

RUNTIME = (
    "containerd",
    "runc",
    "etcd-server",
    "containernetworking-plugins",
    "iptables",
    "iproute2",
    "conntrack",
    "docker-registry",
    "socat",
    "ethtool",
)
POLICY = Path("/usr/sbin/policy-rc.d")
SOURCES = Path("/etc/apt")
_OPTIONS = (
    "--option=Acquire::Retries=3",
    "--option=APT::Sandbox::User=root",
    "--option=DPkg::Lock::Timeout=300",
    "--option=Dpkg::Use-Pty=0",
)


def install(packages: tuple[str, ...]) -> None:
    """Install what is missing, with no recommended packages, and start none of its services."""
    missing = [package for package in packages if not _is_installed(package)]
    if not missing:
        return
    with step(f"installed {len(missing)} Debian packages"), _no_services():
        update()
        _apt_get("install", "-y", "--no-install-recommends", *missing)


def update() -> None:
    """Fetch the lists of the machine's own package sources."""
    _apt_get("update")


def version(package: str) -> str:
    """Return the version of a binary package that apt would install; fetches the lists when it knows none."""
    for refresh in (False, True):
        if refresh:
            update()
        candidate = re.search(r"Candidate: (\S+)", run(["apt-cache", "policy", package]))
        if candidate and candidate[1] != "(none)":
            return candidate[1]
    raise DevclusterError(f"apt knows no package {package}: is this Debian 12 with the section main?")


def unpack(packages: tuple[str, ...], target: Path) -> None:
    """Download binary packages and lay their files out under `target`, without installing them."""
    downloads = target.with_name(f"{target.name}.debs")
    downloads.mkdir(parents=True)
    target.mkdir(parents=True)
    _apt_get("download", *packages, cwd=downloads)
    for archive in sorted(downloads.glob("*.deb")):
        run(["dpkg-deb", "-x", str(archive), str(target)])


def download_source(package: str, release: str, target: Path) -> None:
    """Download a source package into `target`, by a source list of its own: /etc/apt stays as it is."""
    lists = target / "apt"
    (lists / "parts").mkdir(parents=True)
    (lists / "state").mkdir()
    (lists / "parts" / "source.sources").write_text(_deb822_sources())
    (lists / "parts" / "source.list").write_text(_one_line_sources())
    options = [
        f"Dir::Etc::SourceList={lists / 'none'}",
        f"Dir::Etc::SourceParts={lists / 'parts'}",
        f"Dir::State::Lists={lists / 'state'}",
    ]
    words = [word for option in options for word in ("-o", option)]
    _apt_get(*words, "update", cwd=target)
    _apt_get(*words, "source", "--download-only", f"{package}={release}", cwd=target)


def _deb822_sources() -> str:
    stanzas = [
        re.sub(r"(?m)^Types:.*$", "Types: deb-src", stanza)
        for file in sorted((SOURCES / "sources.list.d").glob("*.sources"))
        for stanza in re.split(r"\n\s*\n", file.read_text())
        if re.search(rf"(?m)^Suites:\s*{_codename()}\b", stanza)
    ]
    return "\n\n".join(stanzas) + "\n"


def _one_line_sources() -> str:
    files = [SOURCES / "sources.list", *sorted((SOURCES / "sources.list.d").glob("*.list"))]
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines()]
    binary = re.compile(rf"^deb(\s+(?:\[[^]]*\]\s+)?\S+\s+{_codename()}\S*\s.*)$")
    return "".join(f"deb-src{match[1]}\n" for match in map(binary.match, lines) if match)


def _codename() -> str:
    release = Path("/etc/os-release").read_text()
    found = re.search(r"(?m)^VERSION_CODENAME=(\S+)$", release)
    if not found:
        raise DevclusterError("/etc/os-release names no VERSION_CODENAME: this needs Debian 12")
    return found[1]


def _is_installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout == "installed"


@contextmanager
def _no_services() -> Iterator[None]:
    """Keep packages from starting services; a policy that the machine already has is left alone."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def _apt_get(*arguments: str, cwd: Path | None = None) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    run(["apt-get", "-q", *_OPTIONS, *arguments], cwd=cwd, env=environment)
