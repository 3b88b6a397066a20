"""`count_requests NODES`: how many requests an audit makes, and how many `plan` says it will, as JSON."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.answers import SKIPPED, simulation
from bench.timing import PREFLIGHT
from orchestrator.simulator import fleet
from orchestrator.simulator.description import Description
from orchestrator.simulator.rules import Simulation
from orchestrator.simulator.server import Simulator

_BEYOND_A_TERMINATION_MESSAGE = 4096


def main() -> None:
    rules = Simulation.model_validate(simulation(padding=_BEYOND_A_TERMINATION_MESSAGE))
    description = Description(objects=fleet.nodes(int(sys.argv[1])), results=rules.results)
    with tempfile.TemporaryDirectory() as folder, Simulator(description) as simulator:
        kubeconfig = simulator.kubeconfig(Path(folder) / "kubeconfig")
        planned = json.loads(_run(kubeconfig, "plan", "-o", "json", *SKIPPED))["estimate"]["apiRequests"]
        simulator.requests.clear()
        report = json.loads(_run(kubeconfig, "audit", "-o", "json", "--fail-on", "never", *SKIPPED))
        made = simulator.requests.total()
    if report["coverage"]["answered"] < report["coverage"]["expected"]:
        sys.exit("not every cell was answered")
    print(json.dumps({"made": made, "planned": planned}))  # noqa: T201 - a command's output


def _run(kubeconfig: Path, *arguments: str) -> bytes:
    command = [*PREFLIGHT, *arguments, "--kubeconfig", str(kubeconfig)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603


if __name__ == "__main__":
    main()
