"""What is installed on a real cluster is seen, and of Secrets no more than their metadata."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.devcluster.cluster import Cluster
from tests.e2e.driver import Driver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

INSTALLED = str(Path(__file__).with_name("installed.yaml"))
STORAGE = ("storage.binding", "storage.classes", "storage.default-class", "storage.lasting", "storage.shared")
ROWS = ("cluster.tls-secret", *STORAGE, "ingress.controller", "nvidia.gpu-operator", "security.psp")


@pytest.fixture
def installed(own_cluster: Cluster, driver: Driver) -> Iterator[None]:
    driver.kubectl("apply", "--filename", INSTALLED)
    yield
    driver.kubectl("delete", "--wait", "--filename", INSTALLED)


def test_what_is_installed_is_judged(installed: None, driver: Driver, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    only = [option for row in ROWS for option in ("--only", row)]
    given = ["--cluster-domain", "cluster.example", "--save-evidence", str(file)]
    answer = driver.audit("--profile", "runai-2.12", "--no-probes", *only, *given)
    assert answer.statuses == {
        "cluster.tls-secret": {"pass"},
        "ingress.controller": {"fail"},
        "nvidia.gpu-operator": {"fail"},
        "security.psp": {"pass"},
        "storage.binding": {"pass"},
        "storage.classes": {"pass"},
        "storage.default-class": {"skip"},
        "storage.lasting": {"pass"},
        "storage.shared": {"pass"},
    }
    told = file.read_text()
    assert "runai-cluster-domain-tls-secret" in told
    assert "private-key" not in told
    assert "tls.key" not in told
