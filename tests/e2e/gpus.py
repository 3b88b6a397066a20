"""GPUs for nodes that have none: a resource in their status, and an image with stand-ins for the driver."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kubernetes import client, config

from tests.devcluster import oci, registry
from tests.devcluster.build import build
from tests.devcluster.cluster import Cluster
from tests.gpustub.build import compile_stub

_LIBRARIES = "usr/lib/x86_64-linux-gnu"
_GPU = "nvidia.com/gpu"


def push_gpu_image(cluster: Cluster, folder: Path, **words: str) -> str:
    """The reference of an image like the probes' usual one, with one simulated GPU in it."""
    tree = folder / "gpu" / _LIBRARIES
    tree.mkdir(parents=True)
    for name in ("libcuda", "libnvidia-ml"):
        library = compile_stub(name, folder)
        (tree / library.name).write_bytes(library.read_bytes())
    layer = oci.pack_layer(folder / "gpu", folder / "gpu.tar")
    reference = f"{cluster.registry}/python-gpu:3.11"
    environment = (*oci.Image.environment, *(f"{name}={value}" for name, value in words.items()))
    image = oci.Image(reference, [build() / "python.tar", layer], ["python3"], environment)
    registry.push(oci.write_archive(image, folder / "gpu.oci.tar"), reference)
    return reference


@contextmanager
def offering_gpus(cluster: Cluster, node: str, count: int) -> Iterator[None]:
    """The node says that it has so many GPUs, as a device plugin would have it say."""
    _say(cluster, node, str(count))
    try:
        yield
    finally:
        _say(cluster, node, None)


def _say(cluster: Cluster, node: str, count: str | None) -> None:
    api = client.CoreV1Api(config.new_client_from_config(str(cluster.kubeconfig)))
    body: dict[str, Any] = {"status": {"capacity": {_GPU: count}, "allocatable": {_GPU: count}}}
    api.patch_node_status(node, body)
