"""The probes as they lie in a pod: modules beside each other on the path, and programs of their own."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import trustme

PROBES = Path(__file__).parents[2] / "probes"
sys.path.insert(0, str(PROBES))

import egress  # noqa: E402
from shared import MARK, Observation  # noqa: E402

from tests.probes.certificates import server_context  # noqa: E402

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
Json = dict[str, Any]
Observe = Callable[[Callable[[Observation], None], Json], Observation]


class Ended:
    """A probe that has run as a program: exit code, frames, the termination log."""

    def __init__(self, process: "subprocess.CompletedProcess[str]", log: Path) -> None:
        self.code = process.returncode
        self.errors = process.stderr
        self.frames = read_frames(process.stdout)
        self.log = log.read_bytes() if log.exists() else b""

    @property
    def frame(self) -> Json:
        """The only frame."""
        (one,) = self.frames
        return one


def read_frames(text: str) -> list[Json]:
    """What the framed lines hold; stdout may hold nothing else."""
    assert all(line.startswith(MARK) for line in text.splitlines())
    return [json.loads(line.removeprefix(MARK)) for line in text.splitlines()]


def clean_environment(log: Path, **extra: str) -> dict[str, str]:
    """The tests' environment without a proxy or a cluster, and with a termination log."""
    hidden = ("proxy", "kubernetes_", "runai_")
    kept = {
        key: value for key, value in os.environ.items() if not any(word in key.lower() for word in hidden)
    }
    return {**kept, "RUNAI_PREFLIGHT_TERMINATION_LOG": str(log), **extra}


@pytest.fixture
def run_probe(tmp_path: Path) -> Callable[..., Ended]:
    """Run a probe as a program: name, parameters (or the raw text of stdin), environment."""

    def run(probe: str, parameters: object = None, **environment: str) -> Ended:
        log = tmp_path / "termination-log"
        text = parameters if isinstance(parameters, str) else json.dumps(parameters or {})
        command = [sys.executable, "-IS", str(PROBES / f"{probe}.py")]
        environ = clean_environment(log, **environment)
        process = subprocess.run(
            command, input=text, capture_output=True, text=True, env=environ, timeout=60, check=False
        )
        return Ended(process, log)

    return run


@pytest.fixture
def outside_a_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no cluster in this process's environment."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def observe(outside_a_pod: None) -> Observe:
    """Run a probe's `observe` in this process with these parameters."""

    def run(probe: Callable[[Observation], None], parameters: Json) -> Observation:
        observation = Observation("test")
        observation.parameters = parameters
        probe(observation)
        return observation

    return run


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority that the probes are told to trust."""
    return trustme.CA(organization_name="Trusted Authority")


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """That authority's certificate as a PEM file."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="session")
def trusted(authority: trustme.CA) -> ssl.SSLContext:
    """A TLS server for localhost that the probes trust."""
    return server_context(authority)


@pytest.fixture
def attempt(observe: Observe, ca_file: str) -> Callable[..., Json]:
    """Try https://localhost:PORT (or as the fields say) and give the last entry with its detail."""

    def go(port: int, proxy: str | None = None, timeout: float = 30.0, **fields: object) -> Json:
        parameters = {
            "endpoints": [{"host": "localhost", "port": port, **fields}],
            "caFile": ca_file,
            "timeout": timeout,
            "proxy": proxy and {"https": proxy},
        }
        seen = observe(egress.observe, parameters)
        return {**seen.detail["endpoints"][-1], **seen.data["endpoints"][-1]}

    return go
