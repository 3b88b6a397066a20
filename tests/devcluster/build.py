"""Builds what the cluster runs, once: the Kubernetes binaries, the pause program and the Python image."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.devcluster import images, packages, source
from tests.devcluster.console import DevclusterError, run, step
from tests.devcluster.layout import GO, HERE, cache_root

COMPILER = ("golang-1.19-go",)
COMMANDS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
BUILD_TIMEOUT = 3600  # seconds; about 400 CPU seconds are needed


def build() -> Path:
    """Install the packages and build what the cache lacks; return the folder with `bin` and `python.tar`."""
    if os.geteuid() != 0:
        raise DevclusterError("a cluster of this machine's own needs root: run this as root")
    packages.install(packages.RUNTIME)
    release = packages.version(source.BINARY_PACKAGE)
    artefacts = cache_root() / release
    artefacts.mkdir(parents=True, exist_ok=True)
    with _alone(artefacts), tempfile.TemporaryDirectory(dir=artefacts, prefix="work-") as work:
        if not (artefacts / "bin").exists():
            _build_binaries(release, Path(work)).rename(artefacts / "bin")
        if not (artefacts / "python.tar").exists():
            with step("made the Python image"):
                images.build_python(Path(work)).rename(artefacts / "python.tar")
    return artefacts


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a cache folder, so that a second build waits for the first and finds it done."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_binaries(release: str, work: Path) -> Path:
    packages.install(COMPILER)
    tree = source.fetch(release, work)
    binaries = work / "bin"
    binaries.mkdir()
    environment = _go_environment(work)
    _generate_openapi(tree, work, environment)
    with step(f"built {len(COMMANDS)} Kubernetes binaries"):
        linking = _version_flags(source.upstream_version(release))
        flags = ["-tags", "providerless dockerless", "-ldflags", linking, "-o", str(binaries)]
        targets = [f"./cmd/{command}" for command in COMMANDS]
        run([str(GO), "build", *flags, *targets], cwd=tree, env=environment, timeout=BUILD_TIMEOUT)
    with step("built the pause program"):
        pause = [str(GO), "build", "-ldflags", "-s -w", "-o", str(binaries / "pause"), str(HERE / "pause.go")]
        run(pause, cwd=work, env=environment)
    return binaries


def _generate_openapi(tree: Path, work: Path, environment: dict[str, str]) -> None:
    with step("generated the OpenAPI definitions"):
        generator = work / "openapi-gen"
        package = "./vendor/k8s.io/kube-openapi/cmd/openapi-gen"
        run([str(GO), "build", "-o", str(generator), package], cwd=tree, env=environment)
        options = {
            "input-dirs": ",".join(source.openapi_packages(tree)),
            "output-base": str(work / "go" / "src"),
            "output-package": source.OPENAPI_OUTPUT,
            "output-file-base": "zz_generated.openapi",
            "go-header-file": "vendor/k8s.io/code-generator/hack/boilerplate.go.txt",
            "report-filename": os.devnull,
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        run([str(generator), *arguments], cwd=tree, env=environment)


def _go_environment(work: Path) -> dict[str, str]:
    return {
        "PATH": f"{GO.parent}:{os.environ['PATH']}",
        "HOME": str(work),
        "GOPATH": str(work / "go"),
        "GOCACHE": str(work / "go-cache"),
        "GO111MODULE": "off",
        "CGO_ENABLED": "0",
        "GOFLAGS": "-trimpath -buildvcs=false",
        "GOPROXY": "off",
        "GOSUMDB": "off",
        "GOTOOLCHAIN": "local",
    }


def _version_flags(version: str) -> str:
    major, minor, _ = version.split(".")
    values = {
        "gitVersion": f"v{version}",
        "gitMajor": major,
        "gitMinor": minor,
        "gitCommit": "debian",
        "gitTreeState": "archive",
        "buildDate": "1970-01-01T00:00:00Z",
    }
    holders = ("component-base/version", "client-go/pkg/version")
    stamps = [
        f"-X k8s.io/kubernetes/vendor/k8s.io/{holder}.{name}={value}"
        for holder in holders
        for name, value in values.items()
    ]
    return " ".join(["-s", "-w", *stamps])
