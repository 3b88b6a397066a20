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
from typing import Any, NamedTuple

from orchestrator.evidence import Cleanup, Reason, Target, TargetKind
from orchestrator.plan.model import Unit
from orchestrator.progress import Progress
from orchestrator.run.fates import Sign
from orchestrator.run.frames import parse_frames
from orchestrator.run.ledger import Ledger, Result

_FAREWELL = 5.0  # seconds from SIGTERM to SIGKILL; the supervisor gives its probes one of them


class _Ended(NamedTuple):
    """What the supervisor printed, and why an answer is missing from it."""

    printed: bytes
    missing: Sign


def run_on_host(
    run_id: str,
    parameters: dict[str, dict[str, Any]],
    ca_bundle: str | None,
    timeout: float,
    progress: Progress,
) -> Result:
    """Every probe's answer from this machine; Ctrl-C ends them and is told in the result."""
    if not parameters:
        return Result((), (), Cleanup(), interrupted=False)
    name = socket.gethostname()
    unit = Unit(
        name="host", pod="host", target=Target(kind=TargetKind.HOST, name=name), probes=tuple(parameters)
    )
    ledger = Ledger((unit,), (), progress)
    interrupted = False
    with tempfile.TemporaryDirectory() as folder:
        try:
            file = _parameters_file(Path(folder), parameters, ca_bundle)
            ended = _supervise(unit, run_id, file, timeout)
            frames = parse_frames(ended.printed, run_id, name)
            ledger.answer(unit, frames.by_probe, ended.missing, "process", None)
        except KeyboardInterrupt:
            interrupted = True
            ledger.fail(unit, Sign(Reason.INTERRUPTED, "the run was interrupted"))
    return Result(ledger.cells(), ledger.observations(), Cleanup(), interrupted)


def _parameters_file(folder: Path, parameters: dict[str, dict[str, Any]], ca_bundle: str | None) -> Path:
    own = {probe: dict(values) for probe, values in parameters.items()}
    if "node" in own:
        own["node"] |= {"hostRoot": "/", **_clock_reference(parameters)}
    if ca_bundle:
        bundle = folder / "ca.pem"
        bundle.write_text(ca_bundle)
        for values in own.values():
            if "caFile" in values:
                values["caFile"] = str(bundle)
    file = folder / "parameters.json"
    file.write_text(json.dumps(own))
    return file


def _clock_reference(parameters: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The first site that is asked by HTTPS anyway tells the time: a host has no API server to ask."""
    endpoints = parameters.get("egress", {}).get("endpoints", [])
    sites = [f"https://{each['host']}:{each['port']}" for each in endpoints if each["protocol"] == "https"]
    return {"clockReference": sites[0]} if sites else {}


def _supervise(unit: Unit, run_id: str, parameters: Path, timeout: float) -> _Ended:
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
                printed = process.communicate(timeout=timeout)[0]
                return _Ended(printed, Sign(Reason.NO_RESULT, "the probe printed no result"))
            except subprocess.TimeoutExpired:
                words = f"no answer within {timeout:g} s"
                return _Ended(_farewell(process), Sign(Reason.DEADLINE, words))
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)


def _farewell(process: subprocess.Popen[bytes]) -> bytes:
    """End the supervisor, which then tells what its probes have."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        return process.communicate(timeout=_FAREWELL)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0]
