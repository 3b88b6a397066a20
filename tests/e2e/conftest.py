"""The real cluster: the one of $KUBECONFIG, or one built here from Debian's packages."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.devcluster import packages
from tests.devcluster.cluster import Cluster
from tests.e2e.driver import Driver


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """A cluster whose nodes and API server a test may stop."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def debian() -> Callable[[tuple[str, ...]], None]:
    """Installs Debian packages, on a machine that is for such tests."""
    return packages.install


@pytest.fixture(scope="session")
def given_kubeconfig() -> Path | None:
    return Path(os.environ["KUBECONFIG"]) if os.environ.get("KUBECONFIG") else None


@pytest.fixture(scope="session")
def driver(given_kubeconfig: Path | None, request: pytest.FixtureRequest) -> Driver:
    """The command line, pointed at the cluster."""
    if given_kubeconfig:
        return Driver(given_kubeconfig, os.environ.get("RUNAI_PREFLIGHT_IMAGE"))
    own: Cluster = request.getfixturevalue("own_cluster")
    return Driver(own.kubeconfig, own.image)


@pytest.fixture(autouse=True)
def nothing_left(driver: Driver) -> Iterator[None]:
    """Whatever a test does, at its end the cluster holds nothing of any run."""
    yield
    assert driver.objects() == []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A cluster that is not ours is not broken, nor is the machine changed: such tests are not for it."""
    if not os.environ.get("KUBECONFIG"):
        return
    breaking = [item for item in items if {"own_cluster", "debian"} & {*getattr(item, "fixturenames", ())}]
    config.hook.pytest_deselected(items=breaking)
    items[:] = [item for item in items if item not in breaking]
