"""Writes container images as OCI archives, from file trees and no container engine."""

import hashlib
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.devcluster.console import run

_MEDIA = "application/vnd.oci.image"


@dataclass(frozen=True)
class Image:
    """What an image is made of; `layers` are uncompressed tar files, the lowest first."""

    reference: str
    layers: Sequence[Path]
    command: Sequence[str]
    environment: Sequence[str] = ("PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin",)


def pack_layer(root: Path, target: Path) -> Path:
    """Write a file tree as a layer that is the same for the same tree."""
    steady = ["--owner=0", "--group=0", "--numeric-owner", "--sort=name", "--mtime=@0"]
    run(["tar", *steady, "-C", str(root), "-cf", str(target), "."])
    return target


def write_archive(image: Image, target: Path) -> Path:
    """Write an image as an archive that `ctr images import` and the registry's `push` read."""
    layers = [_describe(f"{_MEDIA}.layer.v1.tar", layer.read_bytes()) for layer in image.layers]
    config = _config(image, [layer["digest"] for layer in layers])
    manifest = _encode(
        {
            "schemaVersion": 2,
            "mediaType": f"{_MEDIA}.manifest.v1+json",
            "config": _describe(f"{_MEDIA}.config.v1+json", config),
            "layers": layers,
        }
    )
    names = {"io.containerd.image.name": image.reference}
    entry = {**_describe(f"{_MEDIA}.manifest.v1+json", manifest), "annotations": names}
    with tarfile.open(target, "w") as archive:
        _add(archive, "oci-layout", _encode({"imageLayoutVersion": "1.0.0"}))
        _add(archive, "index.json", _encode({"schemaVersion": 2, "manifests": [entry]}))
        for blob in (config, manifest, *(layer.read_bytes() for layer in image.layers)):
            _add(archive, f"blobs/{_digest(blob).replace(':', '/')}", blob)
    return target


def _config(image: Image, layer_digests: list[str]) -> bytes:
    return _encode(
        {
            "architecture": run(["dpkg", "--print-architecture"]).strip(),
            "os": "linux",
            "config": {"Env": list(image.environment), "Cmd": list(image.command)},
            "rootfs": {"type": "layers", "diff_ids": layer_digests},
        }
    )


def _describe(media_type: str, blob: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(blob), "size": len(blob)}


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _encode(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True).encode()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, BytesIO(content))
