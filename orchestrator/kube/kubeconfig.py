"""Kubeconfig files: which ones, which entries of them, and what they make of the client's configuration.

The official loader's own messages are kept out of ours: they can quote a whole entry, and so its token.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from orchestrator.errors import ConnectError
from orchestrator.kube.plugin import Credentials, run_plugin

if TYPE_CHECKING:
    from kubernetes.client import Configuration
    from kubernetes.config.kube_config import ConfigNode

_DEFAULT = "~/.kube/config"
_KINDS = ("clusters", "contexts", "users")
_REMOVED = {"gcp": "gke-gcloud-auth-plugin", "azure": "kubelogin"}  # auth-providers, and what came after
_NO_FILE = "File does not exist: "


@dataclass(frozen=True)
class Entry:
    """What a context says beyond the connection itself."""

    context: str
    namespace: str
    impersonate_user: str | None
    impersonate_groups: tuple[str, ...]
    expires: datetime | None


def find(given: Path | None) -> list[Path]:
    """The kubeconfig files that hold, in order of precedence; none means: try the pod's service account."""
    if given is not None:
        path = _expand(given)
        if not _is_there(path):
            raise ConnectError(
                f"There is no kubeconfig {path}.", hint="Check the path given as --kubeconfig."
            )
        return [path]
    listed = [_expand(Path(part)) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    found = [path for path in listed or [_expand(Path(_DEFAULT))] if _is_there(path)]
    if listed and not found:
        names = ", ".join(map(str, listed))
        raise ConnectError(
            f"KUBECONFIG names no file that exists: {names}.", hint="Correct or unset KUBECONFIG."
        )
    return found


def _expand(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # a pod's user may have no home
        return path


def _is_there(path: Path) -> bool:
    """Whether there is such a file, be it one that cannot be read."""
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def load(paths: list[Path], context: str | None, configuration: "Configuration", timeout: float) -> Entry:
    """Set the configuration as a context (None: the current one) and its login plugin say."""
    kubeconfig = _Kubeconfig(paths)
    name = kubeconfig.choose(context)
    chosen = kubeconfig.inner("contexts", name)
    credentials = kubeconfig.log_in(chosen, timeout)
    kubeconfig.configure(name, chosen, credentials, configuration)
    user = kubeconfig.inner("users", chosen["user"]) if chosen.get("user") else {}
    return Entry(
        context=name,
        namespace=chosen.get("namespace") or "default",
        impersonate_user=user.get("as") or None,
        impersonate_groups=tuple(user.get("as-groups") or ()),
        expires=credentials.expires if credentials else None,
    )


class _Kubeconfig:
    """The files merged as kubectl merges them: the first to name an entry wins."""

    def __init__(self, paths: list[Path]) -> None:
        from kubernetes.config.kube_config import KubeConfigMerger

        for path in paths:
            _check(path)
        self.where = ", ".join(map(str, paths))
        self._merger = KubeConfigMerger(os.pathsep.join(map(str, paths)))
        self._merged: ConfigNode = self._merger.config

    def choose(self, context: str | None) -> str:
        """The context to use: the one asked for, or the current one."""
        names = sorted(str(node.value["name"]) for node in self._merged.value["contexts"])
        there = f"There are: {', '.join(names)}." if names else "It has no contexts at all."
        name = context or self._current()
        if not name:
            raise ConnectError(
                f"{self.where} has no current context.", hint=f"Choose one with --context. {there}"
            )
        if name not in names:
            raise ConnectError(f'{self.where} has no context "{name}".', hint=there)
        return str(name)

    def _current(self) -> str | None:
        """The first current context, as kubectl has it; the official merger would take the last."""
        files = self._merger.config_files.values()
        return next((file["current-context"] for file in files if file.get("current-context")), None)

    def node(self, kind: str, name: str) -> "ConfigNode":
        """The entry of a kind (`clusters`, `users`, `contexts`), and the path of its file."""
        found = next((node for node in self._merged.value[kind] if node.value["name"] == name), None)
        if found is None:
            raise ConnectError(
                f'{self.where} has no {kind[:-1]} "{name}", which its context needs.',
                hint=f"Add it under {kind}, or correct the context.",
            )
        return found

    def inner(self, kind: str, name: str) -> dict[str, Any]:
        return self.node(kind, name).value.get(kind[:-1]) or {}

    def log_in(self, chosen: dict[str, Any], timeout: float) -> Credentials | None:
        """Run the login plugin of a context's user, if it has one."""
        name = chosen.get("user")
        user = self.inner("users", name) if name else {}
        self._refuse_removed(name, user)
        if not name or not (spec := user.get("exec")):
            return None
        directory = Path(self.node("users", name).path).absolute().parent
        cluster = self.inner("clusters", chosen.get("cluster", ""))
        return run_plugin(name, spec, cluster, directory, timeout)

    def _refuse_removed(self, name: str | None, user: dict[str, Any]) -> None:
        provider = (user.get("auth-provider") or {}).get("name")
        if provider in _REMOVED:
            raise ConnectError(
                f'{self.where}: user "{name}" has the auth-provider "{provider}", '
                "which Kubernetes 1.26 removed.",
                hint=f"Give the user the login plugin {_REMOVED[provider]} (exec) instead.",
            )

    def configure(
        self,
        name: str,
        chosen: dict[str, Any],
        credentials: Credentials | None,
        configuration: "Configuration",
    ) -> None:
        """Let the official loader set the configuration; a plugin's credentials go in as the user's own."""
        from kubernetes.config.kube_config import ConfigNode, KubeConfigLoader

        cluster = chosen.get("cluster", "")
        if not self.inner("clusters", cluster).get("server"):
            raise ConnectError(
                f'{self.where}: cluster "{cluster}" has no server.', hint="Add its URL as server."
            )
        value = dict(self._merged.value)
        if credentials:
            user = self.node("users", chosen["user"])
            fields = {**user.value["user"], **credentials.fields}
            del fields["exec"]
            value["users"] = [ConfigNode("user", {"name": chosen["user"], "user": fields}, user.path)]
        source = ConfigNode("kubeconfig", value, self._merged.path)
        persist = self._merger.save_changes  # a renewed OIDC login, as kubectl does
        try:
            KubeConfigLoader(source, name, config_base_path=None, config_persister=persist).load_and_set(
                configuration
            )
        except Exception as error:  # noqa: BLE001 — odd entries raise anything from KeyError on
            raise self._unusable(name, error) from None

    def _unusable(self, name: str, error: Exception) -> ConnectError:
        message = str(error)
        if isinstance(error, FileNotFoundError) or message.startswith(_NO_FILE):
            path = getattr(error, "filename", None) or message.removeprefix(_NO_FILE)
            return ConnectError(
                f'{self.where}: context "{name}" needs the file {path}, which does not exist.',
                hint="Restore the certificate, key or token file, or log in to the cluster again.",
            )
        return ConnectError(
            f'{self.where}: the cluster or user of context "{name}" cannot be used ({type(error).__name__}).',
            hint="See whether `kubectl version` works with this context.",
        )


def _check(path: Path) -> None:
    """See that one file is a kubeconfig, so that an error can name it."""
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigMerger

    try:
        path.open("rb").close()  # the merger passes over what it cannot see
        merged = KubeConfigMerger(str(path)).config.value
        sound = all(_is_entry(node.value, kind[:-1]) for kind in _KINDS for node in merged[kind])
    except OSError as error:
        raise ConnectError(
            f"The kubeconfig {path} cannot be read: {error.strerror}.", hint="Check the file's permissions."
        ) from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConnectError(
            f"The kubeconfig {path}{line} is not YAML: {error.problem}.", hint="Correct the file."
        ) from error
    except (
        ConfigException,
        yaml.YAMLError,
        RecursionError,
        UnicodeError,
        AttributeError,
        KeyError,
        TypeError,
    ):
        sound = False
    if not sound:
        raise ConnectError(
            f"{path} is not a kubeconfig: it must have clusters, contexts and users, each with a name.",
            hint="Give another file with --kubeconfig.",
        )


def _is_entry(value: Any, kind: str) -> bool:
    """Whether it looks like `{name: …, user: {…}}`."""
    return isinstance(value, dict) and "name" in value and isinstance(value.get(kind) or {}, dict)
