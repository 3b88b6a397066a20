"""Where the cluster is and how to log in there: kubectl's rules, the official client's loaders."""

import os
import ssl
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.errors import ConnectError
from orchestrator.kube import kubeconfig as files
from orchestrator.redact import clean

if TYPE_CHECKING:
    from kubernetes.client import Configuration

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Login:
    """A cluster and credentials for it; `expires` is when the credentials end, where that is known."""

    configuration: "Configuration"
    context: str | None
    namespace: str
    impersonation: tuple[tuple[str, str], ...] = ()
    expires: datetime | None = None


def log_in(
    *,
    kubeconfig: Path | None,
    context: str | None,
    impersonate_user: str | None,
    impersonate_groups: tuple[str, ...],
    connections: int,
    timeout: float,
) -> Login:
    """Read the kubeconfig or the pod's service account; ConnectError says what is wrong with it.

    A login plugin may take `timeout` seconds, or a minute if that is longer.
    """
    from kubernetes.client import Configuration

    configuration = Configuration(connection_pool_maxsize=connections)
    configuration.keep_alive = True
    paths = files.find(kubeconfig)
    if paths:
        entry = files.load(paths, context, configuration, timeout)
        user = impersonate_user or entry.impersonate_user
        groups = impersonate_groups or entry.impersonate_groups
        name, namespace, expires = entry.context, entry.namespace, entry.expires
    else:
        namespace = _load_service_account(configuration, context)
        user, groups, name, expires = impersonate_user, impersonate_groups, None, None
    _check_tls(configuration)
    return Login(configuration, name, namespace, _impersonation(user, groups), expires)


def _load_service_account(configuration: "Configuration", context: str | None) -> str:
    """Set the configuration from the pod's own account; gives the pod's namespace."""
    from kubernetes.config import ConfigException
    from kubernetes.config.incluster_config import InClusterConfigLoader

    if context is not None or "KUBERNETES_SERVICE_HOST" not in os.environ:
        raise ConnectError(
            "There is no kubeconfig: none was given, KUBECONFIG is not set, and there is no ~/.kube/config.",
            hint="Give one with --kubeconfig FILE, or run inside a pod that has a service account.",
        )
    token, authority = str(SERVICE_ACCOUNT / "token"), str(SERVICE_ACCOUNT / "ca.crt")
    try:
        InClusterConfigLoader(token, authority).load_and_set(configuration)
        namespace = SERVICE_ACCOUNT / "namespace"
        return (namespace.read_text().strip() if namespace.exists() else "") or "default"
    except (ConfigException, OSError) as error:
        raise ConnectError(
            f"This pod's service account cannot be used: {clean(str(error))}",
            hint="Let the pod have automountServiceAccountToken: true, or give --kubeconfig FILE.",
        ) from error


def _impersonation(user: str | None, groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if groups and not user:
        raise ConnectError(
            "Groups are to be impersonated, but no user.", hint="Name the user to impersonate as well."
        )
    headers = [("Impersonate-User", user)] if user else []
    return tuple(headers + [("Impersonate-Group", group) for group in groups])


def _check_tls(configuration: "Configuration") -> None:
    """Find unusable certificates now, with their names, and not in the middle of the first request."""
    if not configuration.verify_ssl:
        from urllib3.exceptions import InsecureRequestWarning

        # The kubeconfig says insecure-skip-tls-verify: the user knows, once per request is no news.
        warnings.simplefilter("ignore", InsecureRequestWarning)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if configuration.ssl_ca_cert:
        try:
            context.load_verify_locations(configuration.ssl_ca_cert)
        except (OSError, ValueError) as error:
            raise _unusable("certificate authority", configuration.ssl_ca_cert, error) from error
    if configuration.cert_file:
        try:
            context.load_cert_chain(configuration.cert_file, configuration.key_file, password="")
        except (OSError, ValueError) as error:
            raise _unusable("client certificate or key", configuration.cert_file, error) from error


def _unusable(what: str, path: str, error: Exception) -> ConnectError:
    return ConnectError(
        f"The cluster's {what} cannot be read ({path}): {clean(str(error))}",
        hint="It must be an unencrypted PEM file, or such a file's base64 in the kubeconfig's …-data field.",
    )
