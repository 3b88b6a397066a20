"""Runs the node-local probes on this machine, as plain processes under the same supervisor as in a pod."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from orchestrator.evidence import Cleanup, Reason, Target, TargetKind
from orchestrator.plan import Unit
from orchestrator.progress import Progress
from orchestrator.run.engine import Result
from orchestrator.run.fates import Sign
from orchestrator.run.frames import parse_frames
from orchestrator.run.ledger import Ledger


def run_on_host(
    run_id: str,
    parameters: dict[str, dict[str, Any]],
    ca_bundle: str | None,
    timeout: float,
    progress: Progress,
) -> Result:
    """Every probe's answer from this machine; Ctrl-C ends them and is told in the result."""
    name = socket.gethostname()
    unit = Unit(
        name="host", pod="host", target=Target(kind=TargetKind.HOST, name=name), probes=tuple(parameters)
    )
    ledger = Ledger((unit,), (), progress)
    interrupted = False
    with tempfile.TemporaryDirectory() as folder:
        try:
            printed = _supervise(unit, run_id, _parameters_file(Path(folder), parameters, ca_bundle), timeout)
            frames = parse_frames(printed, run_id, name)
            ledger.answer(
                unit, frames.by_probe, Sign(Reason.NO_RESULT, "the probe printed no result"), "process", None
            )
        except subprocess.TimeoutExpired:
            ledger.fail(unit, Sign(Reason.DEADLINE, f"no answer within {timeout:g} s"))
        except KeyboardInterrupt:
            interrupted = True
            ledger.fail(unit, Sign(Reason.INTERRUPTED, "the run was interrupted"))
    return Result(ledger.cells(), ledger.observations(), Cleanup(), interrupted)


def _parameters_file(folder: Path, parameters: dict[str, dict[str, Any]], ca_bundle: str | None) -> Path:
    own = {probe: dict(values) for probe, values in parameters.items()}
    own.setdefault("node", {})["hostRoot"] = "/"
    if ca_bundle:
        bundle = folder / "ca.pem"
        bundle.write_text(ca_bundle)
        for values in own.values():
            if "caFile" in values:
                values["caFile"] = str(bundle)
    file = folder / "parameters.json"
    file.write_text(json.dumps(own))
    return file


def _supervise(unit: Unit, run_id: str, parameters: Path, timeout: float) -> bytes:
    """What the supervisor printed; it and all that it started are gone when this returns."""
    environment = {
        **os.environ,
        "RUNAI_PREFLIGHT_RUN": run_id,
        "RUNAI_PREFLIGHT_TARGET": unit.target.name,
        "RUNAI_PREFLIGHT_PROBES": ",".join(unit.probes),
        "RUNAI_PREFLIGHT_TERMINATION_LOG": "",
    }
    with as_file(files("probes")) as folder:
        command = [sys.executable, "-IS", str(folder / "supervisor.py"), str(parameters)]
        with subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        ) as process:
            try:
                return process.communicate(timeout=timeout)[0]
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
