"""A local image registry, on the bridge, where both nodes can reach it."""

import http.client
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.devcluster import daemons, network
from tests.devcluster.console import DevclusterError
from tests.devcluster.layout import RUN

ADDRESS = f"{network.HOST}:5000"
_NAME = "registry"


def start() -> None:
    """Start the registry with nothing in it."""
    config = RUN / "registry.json"
    config.write_text(
        json.dumps(
            {
                "version": "0.1",
                "log": {"level": "warn"},
                "storage": {"filesystem": {"rootdirectory": str(RUN / "registry")}},
                "http": {"addr": ADDRESS},
            }
        )
    )
    daemons.start(_NAME, ["docker-registry", "serve", str(config)])


def wait() -> None:
    """Wait until the registry answers."""
    daemons.wait_until("the registry answers", _answers, _NAME)


def write_hosts(folder: Path) -> None:
    """Tell a containerd, by its folder of registry settings, to reach this registry by plain HTTP."""
    hosts = folder / ADDRESS
    hosts.mkdir(parents=True)
    url = f"http://{ADDRESS}"
    (hosts / "hosts.toml").write_text(
        f'server = "{url}"\n[host."{url}"]\ncapabilities = ["pull", "resolve"]\n'
    )


def push(archive: Path, reference: str) -> None:
    """Push the image in an OCI archive, byte for byte; `reference` is ADDRESS/NAME:TAG."""
    name, _, tag = reference.removeprefix(f"{ADDRESS}/").rpartition(":")
    with tarfile.open(archive) as image, _connection() as connection:
        entry = json.loads(_member(image, "index.json"))["manifests"][0]
        manifest = json.loads(_blob(image, entry))
        for described in (manifest["config"], *manifest["layers"]):
            _push_blob(connection, name, described["digest"], _blob(image, described))
        url = f"/v2/{name}/manifests/{tag}"
        _request(connection, "PUT", url, _blob(image, entry), {"Content-Type": entry["mediaType"]})


def _push_blob(connection: http.client.HTTPConnection, name: str, digest: str, blob: bytes) -> None:
    upload = urlsplit(_request(connection, "POST", f"/v2/{name}/blobs/uploads/")["Location"])
    url = f"{upload.path}?{upload.query}&digest={digest}"
    _request(connection, "PUT", url, blob, {"Content-Type": "application/octet-stream"})


def _request(
    connection: http.client.HTTPConnection,
    method: str,
    url: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> http.client.HTTPMessage:
    connection.request(method, url, body, headers or {})
    response = connection.getresponse()
    answer = response.read()
    if response.status >= http.client.BAD_REQUEST:
        raise DevclusterError(f"the registry refused {method} {url}: {response.status} {answer!r}")
    return response.headers


@contextmanager
def _connection() -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(ADDRESS, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _blob(image: tarfile.TarFile, described: dict[str, Any]) -> bytes:
    return _member(image, f"blobs/{described['digest'].replace(':', '/')}")


def _member(image: tarfile.TarFile, name: str) -> bytes:
    content = image.extractfile(name)
    if content is None:
        raise DevclusterError(f"{name} in the image archive is no file")
    return content.read()


def _answers() -> bool:
    try:
        with _connection() as connection:
            _request(connection, "GET", "/v2/")
    except OSError:
        return False
    return True
