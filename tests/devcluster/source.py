"""The Kubernetes source tree: Debian's source package, made ready for a newer Go and for GOPATH mode."""

import re
import shutil
from pathlib import Path

from tests.devcluster import packages
from tests.devcluster.console import DevclusterError, run, step

PACKAGE = "kubernetes"
BINARY_PACKAGE = "kubernetes-client"
REFLECT = "github.com/modern-go/reflect2"
REFLECT_PACKAGE = "golang-github-modern-go-reflect2-dev"
OPENAPI_OUTPUT = "k8s.io/kubernetes/pkg/generated/openapi"
_OPENAPI_TAG = re.compile(r"^\s*//\s*\+k8s:openapi-gen=", re.MULTILINE)
_OPENAPI_LEFT_OUT = ("code-generator", "sample-apiserver", "testdata", "_examples")


def fetch(release: str, work: Path) -> Path:
    """Download and unpack the source of a Debian version; return its tree inside the GOPATH `work`/go."""
    tree = work / "go" / "src" / "k8s.io" / "kubernetes"
    tree.mkdir(parents=True)
    with step(f"fetched the source of Kubernetes, Debian version {release}"):
        packages.download_source(PACKAGE, release, work / "source")
        run(["tar", "-xf", str(_original_archive(work / "source")), "--strip-components=1", "-C", str(tree)])
        _renew_reflect(tree, work / "reflect2")
    return tree


def upstream_version(release: str) -> str:
    """Return the Kubernetes version in a Debian version: 1.20.5+really1.20.2-1.1 holds 1.20.2."""
    return re.sub(r"^.*really", "", release).split("-")[0]


def openapi_packages(tree: Path) -> list[str]:
    """Return the import paths of all packages that ask for an OpenAPI definition."""
    roots = (tree / "pkg", tree / "cmd", tree / "plugin", tree / "staging" / "src" / "k8s.io")
    files = (file for root in roots for file in root.rglob("*.go"))
    folders = {file.parent.relative_to(tree) for file in files if _wants_openapi(file)}
    return sorted(_import_path(folder) for folder in folders)


def _wants_openapi(file: Path) -> bool:
    if any(part in _OPENAPI_LEFT_OUT for part in file.parts):
        return False
    return bool(_OPENAPI_TAG.search(file.read_text(errors="replace")))


def _import_path(folder: Path) -> str:
    inside = str(folder).replace("staging/src/", "vendor/", 1)
    return f"k8s.io/kubernetes/{inside}"


def _original_archive(folder: Path) -> Path:
    for archive in folder.glob("*.orig.tar.*"):
        return archive
    raise DevclusterError(f"apt-get source left no *.orig.tar.* in {folder}")


def _renew_reflect(tree: Path, unpacked: Path) -> None:
    """Replace the vendored reflect2, which Go 1.18 and later cannot link, by Debian's."""
    packages.unpack((REFLECT_PACKAGE,), unpacked)
    vendored = tree / "vendor" / REFLECT
    for old in (*vendored.glob("*.go"), *vendored.glob("*.s")):
        old.unlink()
    newer = unpacked / "usr" / "share" / "gocode" / "src" / REFLECT
    for file in (*newer.glob("*.go"), *newer.glob("*.s")):
        if not file.name.endswith("_test.go"):
            shutil.copy(file, vendored)
