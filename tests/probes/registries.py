"""Debian's docker-registry, fetched without root where it is not installed, and images of our own in it."""

import fcntl
import hashlib
import http.client
import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]
PACKAGE = "docker-registry"
PROGRAM = Path("usr/bin/docker-registry")
DEADLINE = 30.0  # seconds for the registry to answer
LISTENING = re.compile(r"listening on \S+:(\d+)")
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"


def program() -> str:
    """The installed one, or that of the package, unpacked once in the cache outside of the checkout."""
    if installed := shutil.which(PACKAGE):
        return installed
    home = Path(os.environ.get("RUNAI_PREFLIGHT_CACHE") or Path.home() / ".cache" / "runai-preflight")
    folder = home / "packages" / f"{PACKAGE}-{platform.machine()}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / PROGRAM).exists():
            _unpack(folder)
    return str(folder / PROGRAM)


def _unpack(folder: Path) -> None:
    """Fetch the package by lists and locks of our own: apt's own need root."""
    work = folder.with_name(f"{folder.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    for name in ("lists/partial", "cache/archives/partial", "debs", "root"):
        (work / name).mkdir(parents=True)
    options = [f"-oDir::State::Lists={work}/lists", f"-oDir::Cache={work}/cache", "-oAPT::Sandbox::User="]
    for command in (["update"], ["download", PACKAGE]):
        _run(["apt-get", "-q", "-oAcquire::Retries=3", *options, *command], work / "debs")
    (archive,) = (work / "debs").glob("*.deb")
    _run(["dpkg-deb", "-x", str(archive), str(work / "root")], work)
    (work / "root").rename(folder)
    shutil.rmtree(work)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"


class Running(NamedTuple):
    """A registry that answers on a port of localhost, and the folder that it serves."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"


@contextmanager
def serving(folder: Path, **settings: Json) -> Iterator[Running]:
    """Run docker-registry with these settings, its images in a folder that others may serve too."""
    own = Path(tempfile.mkdtemp(dir=folder))
    config, log = own / "config.json", own / "log"
    http_settings = {"addr": "localhost:0", **settings.pop("http", {})}
    storage = {"filesystem": {"rootdirectory": str(folder / "images")}}
    whole = {"version": "0.1", "log": {"accesslog": {"disabled": True}}, "storage": storage}
    config.write_text(json.dumps({**whole, "http": http_settings, **settings}))
    with log.open("wb") as output:
        process = subprocess.Popen([program(), "serve", str(config)], stdout=output, stderr=output)
    try:
        yield Running(_port(process, log), folder)
    finally:
        process.terminate()
        process.wait(20)


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """The port, as soon as it says that it listens there."""
    end = time.monotonic() + DEADLINE
    while not (found := LISTENING.search(log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, f"no registry after {DEADLINE:g} s: {log.read_text()}"
        time.sleep(0.02)
    return int(found[1])


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Pushed(NamedTuple):
    """An image in a registry."""

    digest: str
    layer: str
    size: int


def push(registry: Running, name: str, tag: str, *architectures: str, layer: bytes = b"layer") -> Pushed:
    """An image for one architecture, or an index of several, byte for byte by the API."""
    manifests = {each: _push_manifest(registry, name, each, layer) for each in architectures}
    if len(manifests) == 1:
        (document,) = manifests.values()
        media = OCI_MANIFEST
    else:
        document, media = _index(manifests), OCI_INDEX
    _put(registry, f"/v2/{name}/manifests/{tag}", document, media)
    one = json.loads(next(iter(manifests.values())))
    return Pushed(digest(document), digest(layer), one["config"]["size"] + len(layer))


def _index(manifests: dict[str, bytes]) -> bytes:
    entries = [
        {
            "mediaType": OCI_MANIFEST,
            "digest": digest(document),
            "size": len(document),
            "platform": {"os": "linux", "architecture": architecture},
        }
        for architecture, document in manifests.items()
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()


def _push_manifest(registry: Running, name: str, architecture: str, layer: bytes) -> bytes:
    config = json.dumps({"os": "linux", "architecture": architecture}).encode()
    parts = [(config, OCI_CONFIG), (layer, OCI_LAYER)]
    described = [{"mediaType": m, "digest": digest(b), "size": len(b)} for b, m in parts]
    for content, _ in parts:
        _push_blob(registry, name, content)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": described[0],
        "layers": described[1:],
    }
    body = json.dumps(document).encode()
    _put(registry, f"/v2/{name}/manifests/{digest(body)}", body, OCI_MANIFEST)
    return body


def _push_blob(registry: Running, name: str, content: bytes) -> None:
    started = _request(registry, "POST", f"/v2/{name}/blobs/uploads/", b"", {})
    path = "/" + started.split("/", 3)[3]
    _put(registry, f"{path}&digest={digest(content)}", content, "application/octet-stream")


def _put(registry: Running, path: str, body: bytes, media: str) -> None:
    _request(registry, "PUT", path, body, {"Content-Type": media})


def _request(registry: Running, method: str, path: str, body: bytes, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("localhost", registry.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        said = response.read()
        assert response.status < 300, f"{method} {path}: {response.status} {said!r}"
        return response.headers.get("Location", "")
    finally:
        connection.close()


def secret(path: Path, registry: str, user: str, password: str) -> str:
    """A pull secret's file with that login."""
    auth = b64encode(f"{user}:{password}".encode()).decode()
    path.write_text(json.dumps({"auths": {registry: {"auth": auth}}}))
    return str(path)
