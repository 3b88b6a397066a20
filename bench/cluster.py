"""A simulated cluster in a process of its own, so that its work is not counted as ours."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.timing import ROOT, BenchError


@contextmanager
def simulated(nodes: int, description: dict[str, Any] | None = None) -> Iterator[Path]:
    """A kubeconfig of a cluster with this many GPU nodes; without a description, the demo's objects too."""
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder) / "kubeconfig"
        command = [sys.executable, "-m", "orchestrator.simulator", "--nodes", str(nodes)]
        command += ["--kubeconfig", str(kubeconfig)]
        if description is not None:
            file = Path(folder) / "cluster.json"
            file.write_text(json.dumps(description))
            command += ["--cluster", str(file)]
        with subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        ) as process:
            _await_url(process)
            try:
                yield kubeconfig
            finally:
                process.terminate()


def _await_url(process: subprocess.Popen[bytes]) -> None:
    if process.stdout is None or not process.stdout.readline():
        raise BenchError("the simulator did not start; it says why above")
