"""The login plugin (`exec`) of a kubeconfig's user, run as kubectl runs it, but never for ever.

The official loader waits without end, and logs a failure and goes on as nobody; here it is an error in the
plugin's own words.
"""

import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestrator.errors import ConnectError
from orchestrator.redact import clean

_PATIENCE = 60.0  # seconds
_PATIENCE_WITH_PEOPLE = 300.0  # who look for a password, or log in with a browser
_BY_HAND = "Run it by hand; log in again if it asks to."


@dataclass(frozen=True)
class Credentials:
    """What a plugin gave, as fields of a kubeconfig user, and until when it holds."""

    fields: dict[str, str]
    expires: datetime | None


def run_plugin(
    user: str, spec: dict[str, Any], cluster: dict[str, Any], directory: Path, timeout: float
) -> Credentials:
    """Run the plugin of an `exec` block; its relative paths start at the kubeconfig's directory.

    It has `timeout` seconds, or a minute if that is longer; ConnectError says what went wrong.
    """
    plugin = f'The login plugin "{spec.get("command", "")}" of user "{user}"'
    if missing := next((field for field in ("command", "apiVersion") if not spec.get(field)), None):
        raise ConnectError(f"{plugin} has no {missing}.", hint="Add it to the kubeconfig, under exec.")
    try:
        return _credentials(_status(_output(spec, cluster, directory, timeout), spec["apiVersion"]))
    except FileNotFoundError as error:
        hint = clean(str(spec.get("installHint") or "Install it, or add its directory to PATH."))
        raise ConnectError(f"{plugin} is not installed.", hint=hint) from error
    except OSError as error:
        raise ConnectError(
            f"{plugin} cannot be run: {error.strerror}.", hint="Make it executable."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ConnectError(f"{plugin} gave no answer in {error.timeout:g} s.", hint=_BY_HAND) from None
    except subprocess.CalledProcessError as error:
        said = clean(f"process returned {error.returncode}. {error.stderr or ''}")
        raise ConnectError(f"{plugin} failed: {said}", hint=_BY_HAND) from None
    except json.JSONDecodeError as error:
        raise ConnectError(
            f"{plugin} printed no ExecCredential of {spec['apiVersion']}.", hint=_BY_HAND
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConnectError(
            f"{plugin} gave no usable credentials: neither a token nor a client certificate with its key.",
            hint="Run it by hand and see that it prints an ExecCredential with a status.",
        ) from error


def _output(spec: dict[str, Any], cluster: dict[str, Any], directory: Path, timeout: float) -> str:
    terminal = spec.get("interactiveMode") != "Never" and sys.stdin is not None and sys.stdin.isatty()
    given = {item["name"]: item["value"] for item in spec.get("env") or ()}
    about = json.dumps(_exec_info(spec, cluster, interactive=terminal))
    return _run(
        [spec["command"], *(spec.get("args") or ())],
        environment={**os.environ, **given, "KUBERNETES_EXEC_INFO": about},
        directory=directory,
        terminal=terminal,
        seconds=max(timeout, _PATIENCE_WITH_PEOPLE if terminal else _PATIENCE),
    )


def _exec_info(spec: dict[str, Any], cluster: dict[str, Any], *, interactive: bool) -> dict[str, Any]:
    """What the plugin is told by its environment."""
    told: dict[str, Any] = {"interactive": interactive}
    if spec.get("provideClusterInfo"):
        known = {each["name"]: each["extension"] for each in cluster.get("extensions") or ()}
        config = known.get("client.authentication.k8s.io/exec")
        told["cluster"] = {**cluster, **({"config": config} if config else {})}
    return {"apiVersion": spec["apiVersion"], "kind": "ExecCredential", "spec": told}


def _run(
    command: list[str], *, environment: dict[str, str], directory: Path, terminal: bool, seconds: float
) -> str:
    """What the command prints; TimeoutExpired and CalledProcessError as of subprocess.

    Only our own process group may read from the terminal, and Ctrl-C reaches all of it. Without a terminal
    the command leads a session of its own, so that whatever it has started ends with it.
    """
    with subprocess.Popen(  # noqa: S603 - the user's own kubeconfig names it
        command,
        stdin=None if terminal else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if terminal else subprocess.PIPE,
        cwd=directory,
        env=environment,
        start_new_session=not terminal,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except BaseException:
            _end(process, whole_group=not terminal)
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, out, err)
    return out


def _end(process: "subprocess.Popen[str]", *, whole_group: bool) -> None:
    if whole_group:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _status(output: str, version: str) -> dict[str, Any]:
    """The status of an ExecCredential of this version; JSONDecodeError when this is none."""
    said = json.loads(output)
    if not isinstance(said, dict) or said.get("apiVersion") != version or "status" not in said:
        raise json.JSONDecodeError("no ExecCredential", output, 0)
    return said["status"]  # type: ignore[no-any-return]


def _credentials(status: dict[str, Any]) -> Credentials:
    from kubernetes.config.dateutil import parse_rfc3339

    expiry = status.get("expirationTimestamp")
    expires = parse_rfc3339(expiry) if expiry else None
    if status.get("token"):
        return Credentials({"token": status["token"].strip()}, expires)
    return Credentials(
        {
            "client-certificate-data": b64encode(status["clientCertificateData"].encode()).decode(),
            "client-key-data": b64encode(status["clientKeyData"].encode()).decode(),
        },
        expires,
    )
