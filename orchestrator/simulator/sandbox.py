"""A pod's first container as a local process: its mounts as folders, its command, environment and log."""

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.simulator import processes
from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Store
from orchestrator.simulator.volumes import Volumes, field_value

TERMINATION_LOG = "RUNAI_PREFLIGHT_TERMINATION_LOG"
LOG_LIMIT = 10 * 1024 * 1024  # bytes kept of a log

_REFERENCE = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the process ended; `exit_code` as a shell counts, 128 + signal when it was killed."""

    exit_code: int
    log: bytes
    termination: bytes


class ConfigError(Exception):
    """What the container refers to is not there; the message is the kubelet's."""


class Sandbox:
    """One run of a container; `run` blocks, `kill` may come from any thread and at any time."""

    def __init__(self, pod: Object, store: Store, root: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=root, prefix="pod-"))
        self._container: Object = pod["spec"]["containers"][0]
        self._pod, self._store = pod, store
        self._volumes = Volumes(pod, store, self._folder / "volumes", root / "shared")
        self._log = self._folder / "log"
        self._termination = self._folder / "termination-log"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._killed = False

    def run(self, started: Callable[[], None]) -> Outcome:
        """Run to the end and leave nothing behind.

        ConfigError when an object that the environment refers to is not there, OSError when the command
        cannot be started.
        """
        try:
            self._volumes.fill()
            self._termination.touch()
            with self._log.open("wb") as log, self._lock:
                if self._killed:
                    return Outcome(137, b"", b"")
                self._process = self._start(log.fileno())
            started()
            code = self._process.wait()
            self._signal(signal.SIGKILL)  # what it has left running ends with it, as in a container
            return Outcome(128 - code if code < 0 else code, self.log(), self._termination.read_bytes())
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def log(self) -> bytes:
        """The latest output so far."""
        try:
            with self._log.open("rb") as file:
                file.seek(max(0, self._log.stat().st_size - LOG_LIMIT))
                return file.read()
        except FileNotFoundError:
            return b""

    def refresh(self, pod: Object) -> None:
        """Let the container see what the pod's fields say now."""
        with suppress(FileNotFoundError):  # it may be ending
            self._volumes.refresh(pod)

    def terminate(self) -> None:
        """Ask the process to end; one that has not started never will."""
        with self._lock:
            self._killed = True
            self._signal(signal.SIGTERM)

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process and self._process.returncode is None:
                processes.kill_tree(self._process.pid)

    def _signal(self, number: signal.Signals) -> None:
        if self._process:
            with suppress(ProcessLookupError, PermissionError):  # it may have ended by itself
                os.killpg(self._process.pid, number)

    def _start(self, output: int) -> subprocess.Popen[bytes]:
        environment = self._environment()
        arguments = [*self._container.get("command", []), *self._container.get("args", [])]
        arguments = [self._volumes.translate(_expand(argument, environment)) for argument in arguments]
        if not arguments:
            raise FileNotFoundError("the container has no command, and the simulator has no images")
        if arguments[0] in ("python3", "python"):
            arguments[0] = sys.executable
        working = self._volumes.translate(self._container.get("workingDir", ""))
        return subprocess.Popen(  # noqa: S603 - only the bearer of the simulator's token gets here
            arguments,
            cwd=working if working and Path(working).is_dir() else self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        given: dict[str, str] = {}
        for source in self._container.get("envFrom", []):
            if reference := source.get("configMapRef"):
                given |= self._object("configmaps", reference).get("data", {})
            if reference := source.get("secretRef"):
                secret = self._object("secrets", reference).get("data", {})
                given |= {name: base64.b64decode(value).decode() for name, value in secret.items()}
        for variable in self._container.get("env", []):
            value = self._value(variable)
            if value is not None:
                given[variable["name"]] = _expand(value, given)
        own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._folder)}
        translated = {name: self._volumes.translate(value) for name, value in given.items()}
        return {**own, **translated, TERMINATION_LOG: str(self._termination)}

    def _value(self, variable: Object) -> str | None:
        source = variable.get("valueFrom")
        if not source:
            return str(variable.get("value", ""))
        if reference := source.get("configMapKeyRef"):
            value = self._object("configmaps", reference).get("data", {}).get(reference["key"])
            return None if value is None else str(value)
        if reference := source.get("fieldRef"):
            return field_value(self._pod, reference["fieldPath"])
        return ""

    def _object(self, plural: str, reference: Object) -> Object:
        """What the reference names; empty when it may be missing and is."""
        found = self._store.find(plural, reference["name"], self._pod["metadata"]["namespace"])
        if found is None and not reference.get("optional"):
            raise ConfigError(f'{plural.removesuffix("s")} "{reference["name"]}" not found')
        return found.view if found else {}


def _expand(text: str, environment: dict[str, str]) -> str:
    """Replace `$(NAME)` as the kubelet does: unknown names stay."""
    return _REFERENCE.sub(lambda found: environment.get(found[1], found[0]), text)
