"""Our images, made as their Dockerfile says but with no container engine, and run."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.devcluster import oci, registry
from tests.devcluster.cluster import Cluster
from tests.e2e.driver import Driver
from tests.images.dockerfile import Build, here

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

BIN = Path(sys.base_prefix, "bin")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return here(tmp_path_factory.mktemp("images"))


def test_probes_run_in_the_probe_image(build: Build, own_cluster: Cluster, tmp_path: Path) -> None:
    name = f"{own_cluster.registry}/runai-preflight-probe:1"
    contents = [content for _, content in build.layers("probe")]
    layers = [oci.pack_layer(content, tmp_path / f"{number}.tar") for number, content in enumerate(contents)]
    image = oci.Image(name, layers, ["python3"], [f"PATH={BIN}"])
    registry.push(oci.write_archive(image, tmp_path / "probe.oci.tar"), name)
    driver = Driver(own_cluster.kubeconfig, name)
    answer = driver.audit("--only", "dns.cluster", "--only", "egress.docker-hub")
    assert answer.report["coverage"] == {"expected": 6, "answered": 6}
    assert answer.report["cleanup"]["left"] == []
    assert answer.statuses["dns.cluster"] == {"pass"}


def test_the_driver_runs_as_nobody_in_the_driver_image(build: Build, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for _, content in build.layers("driver"):
        shutil.copytree(content, root, symlinks=True, dirs_exist_ok=True)
    null = root / "dev" / "null"
    null.parent.mkdir()
    os.mknod(null, stat.S_IFCHR, os.makedev(1, 3))
    null.chmod(0o666)
    inside = ["/usr/sbin/chroot", "--userspec=65532:65532", str(root)]
    arguments = ["images", "--resolve", "--image", "127.0.0.1:9/python:3.12", "--only", "nodes.ready"]
    done = subprocess.run(
        [*inside, str(BIN / "python3"), "-m", "orchestrator", *arguments],
        env={"PYTHONPATH": "/app", "HOME": "/tmp"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[:3] == [
        "127.0.0.1:9/python:3.12",
        "  the probes run in it",
        "  digest unknown: refused at tcp",
    ]
