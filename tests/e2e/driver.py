"""The product as a user has it: a command, run against a real cluster."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = "jobs,pods,configmaps,services,persistentvolumeclaims"
OURS = "app.kubernetes.io/name=runai-preflight"
PATIENCE = 240


@dataclass(frozen=True)
class Answer:
    """What an audit returned."""

    code: int
    report: dict[str, Any]
    stderr: str

    @property
    def statuses(self) -> dict[str, set[str]]:
        """The statuses of the findings by requirement."""
        found: dict[str, set[str]] = {}
        for finding in self.report["findings"]:
            found.setdefault(finding["id"], set()).add(finding["status"])
        return found

    @property
    def outcomes(self) -> dict[str, set[tuple[str, str | None]]]:
        """Outcome and reason of the ledger's cells by node."""
        found: dict[str, set[tuple[str, str | None]]] = {}
        for cell in self.report["ledger"]:
            found.setdefault(cell["target"]["name"], set()).add((cell["outcome"], cell["reason"]))
        return found


class Running:
    """An audit that is under way."""

    def __init__(self, process: subprocess.Popen[str], driver: "Driver") -> None:
        self.process, self._driver = process, driver
        assert process.stderr
        heard: list[str] = []
        for line in iter(process.stderr.readline, ""):
            heard.append(line)
            if found := re.match(r"run (\w+):", line):
                self.run_id = found[1]
                return
        raise AssertionError("".join(heard))

    def wait_for_pods(self) -> None:
        """Return once the cluster has a pod of this run."""
        selector = f"--selector=runai-preflight/run={self.run_id}"
        command = self._driver.kubectl_command(
            "get", "pods", "--all-namespaces", selector, "--watch", "--no-headers"
        )
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
            assert watching.stdout
            assert watching.stdout.readline()
            watching.kill()

    def kill(self) -> None:
        """End the driver as the machine it runs on might: without a word."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def finish(self) -> Answer:
        out, err = self.process.communicate(timeout=PATIENCE)
        return Answer(self.process.returncode, json.loads(out) if out else {}, err)


@dataclass(frozen=True)
class Driver:
    kubeconfig: Path
    image: str | None

    def audit(self, *options: str) -> Answer:
        done = subprocess.run(
            self._audit(options), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.stdout, done.stderr
        return Answer(done.returncode, json.loads(done.stdout), done.stderr)

    def start_audit(self, *options: str) -> Running:
        process = subprocess.Popen(
            self._audit(options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        return Running(process, self)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments), capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def evaluate(self, evidence: Path, *options: str) -> dict[str, Any]:
        command = [
            sys.executable,
            "-m",
            "orchestrator",
            "evaluate",
            str(evidence),
            "--output",
            "json",
            *options,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def kubectl(self, *arguments: str) -> str:
        return subprocess.run(
            self.kubectl_command(*arguments), capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout

    def kubectl_command(self, *arguments: str) -> list[str]:
        return ["kubectl", f"--kubeconfig={self.kubeconfig}", *arguments]

    def objects(self, selector: str = OURS) -> list[str]:
        """What the cluster holds of any run."""
        return self.kubectl(
            "get", KINDS, "--all-namespaces", f"--selector={selector}", "--output=name"
        ).split()

    def _audit(self, options: tuple[str, ...]) -> list[str]:
        image = ["--image", self.image] if self.image and "--image" not in options else []
        return self._command("audit", *image, "--output", "json", *options)

    def _command(self, *arguments: str) -> list[str]:
        subcommand, *rest = arguments
        return [sys.executable, "-m", "orchestrator", subcommand, "--kubeconfig", str(self.kubeconfig), *rest]
