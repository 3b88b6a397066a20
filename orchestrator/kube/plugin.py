"""The login plugin (`exec`) of a kubeconfig's user, run through the official client's ExecProvider.

The official loader logs a plugin's failure and goes on as nobody; here it is an error in its words.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestrator.errors import ConnectError
from orchestrator.kube.faults import clean


@dataclass(frozen=True)
class Credentials:
    """What a plugin gave, as fields of a kubeconfig user, and until when it holds."""

    fields: dict[str, str]
    expires: datetime | None


def run_plugin(user: str, spec: dict[str, Any], cluster: dict[str, Any], directory: Path) -> Credentials:
    """Run the plugin of an `exec` block; its relative paths start at the kubeconfig's directory."""
    from kubernetes.config import ConfigException
    from kubernetes.config.exec_provider import ExecProvider
    from kubernetes.config.kube_config import ConfigNode

    plugin = f'The login plugin "{spec.get("command", "")}" of user "{user}"'
    try:
        status = ExecProvider(ConfigNode("exec", spec), str(directory), ConfigNode("cluster", cluster)).run()
        return _credentials(status)
    except FileNotFoundError as error:
        hint = clean(str(spec.get("installHint") or "Install it, or add its directory to PATH."))
        raise ConnectError(f"{plugin} is not installed.", hint=hint) from error
    except OSError as error:
        raise ConnectError(
            f"{plugin} cannot be run: {error.strerror}.", hint="Make it executable."
        ) from error
    except ConfigException as error:
        said = clean(str(error).removeprefix("exec: "))
        raise ConnectError(
            f"{plugin} failed: {said}", hint="Run it by hand; log in again if it asks to."
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConnectError(
            f"{plugin} gave no usable credentials: neither a token nor a client certificate with its key.",
            hint="Run it by hand and see that it prints an ExecCredential with a status.",
        ) from error


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
