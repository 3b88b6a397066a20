"""What all suites share: simulated clusters that end with the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from orchestrator.simulator.description import load
from orchestrator.simulator.server import Simulator

# How fast the machine is decides no test.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")
StartSimulator = Callable[..., Simulator]


@pytest.fixture
def start_simulator(tmp_path: Path) -> Iterator[StartSimulator]:
    """Starts a simulated cluster from the YAML that describes it."""
    with ExitStack() as running:

        def start(description: str, **options: Any) -> Simulator:
            file = tmp_path / "simulated.yaml"
            file.write_text(description, "utf-8")
            return running.enter_context(Simulator(load(file), **options))

        yield start
