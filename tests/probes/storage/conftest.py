"""A volume and nodes on which the storage probe is run."""

from pathlib import Path

import pytest

from tests.probes.storage.nodes import Nodes, preload


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes a volume misbehave."""
    return preload(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def nodes(tmp_path: Path, library: Path) -> Nodes:
    """Nodes without a volume as yet."""
    return Nodes(tmp_path, library)


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume with something of its user's."""
    path = tmp_path / "volume"
    path.mkdir()
    (path / "theirs.txt").write_text("data")
    return path
