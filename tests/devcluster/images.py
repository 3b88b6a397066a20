"""The images of the cluster: pause, Python 3.11, and Python with the DNS server on top."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from tests.devcluster import oci, rootfs
from tests.devcluster.console import DevclusterError
from tests.devcluster.layout import HERE

PAUSE = "pause:3.2"
PYTHON = "python:3.11"
DNS = "devcluster-dns:1"


def build_python(work: Path) -> Path:
    """Build the layer of the Python image inside `work`."""
    rootfs.build(work / "python")
    return oci.pack_layer(work / "python", work / "python.tar")


def write_all(artefacts: Path, registry: str, target: Path) -> dict[str, Path]:
    """Write the archives of all images into `target`; return them by image reference."""
    target.mkdir(parents=True, exist_ok=True)
    python = artefacts / "python.tar"
    images = (
        oci.Image(f"{registry}/{PAUSE}", [_pause_layer(artefacts, target)], ["/pause"]),
        oci.Image(f"{registry}/{PYTHON}", [python], ["python3"]),
        oci.Image(f"{registry}/{DNS}", [python, _dns_layer(target)], ["python3", "/app/dns_server.py"]),
    )
    names = (image.reference.rpartition("/")[2].replace(":", "-") for image in images)
    return {
        image.reference: oci.write_archive(image, target / f"{name}.oci.tar")
        for image, name in zip(images, names, strict=True)
    }


def _pause_layer(artefacts: Path, work: Path) -> Path:
    tree = work / "pause"
    tree.mkdir()
    shutil.copy(artefacts / "bin" / "pause", tree / "pause")
    return oci.pack_layer(tree, work / "pause.tar")


def _dns_layer(work: Path) -> Path:
    spec = find_spec("dnslib")
    if spec is None or spec.origin is None:
        raise DevclusterError("the Python package dnslib is missing: install the development requirements")
    app = work / "dns" / "app"
    left_out = shutil.ignore_patterns("__pycache__", "test*")
    shutil.copytree(Path(spec.origin).parent, app / "dnslib", ignore=left_out)
    shutil.copy(HERE / "dns_server.py", app / "dns_server.py")
    return oci.pack_layer(app.parent, work / "dns.tar")
