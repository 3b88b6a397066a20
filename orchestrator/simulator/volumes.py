"""A pod's volumes as folders of this machine, and its paths translated to them."""

import base64
import re
import threading
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from orchestrator.simulator.resources import Object
from orchestrator.simulator.store import Store, Stored

_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")


class Volumes:
    """The volumes of a pod below `folder`, and those that pods share below `shared`.

    A hostPath that is mounted read-only is the machine's own. They are filled by one thread and refreshed by
    another, one after the other: what is older must not come last.
    """

    def __init__(self, pod: Object, store: Store, folder: Path, shared: Path) -> None:
        self._pod, self._store, self._folder, self._shared = pod, store, folder, shared
        self._lock = threading.Lock()
        self._volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
        mounts = pod["spec"]["containers"][0].get("volumeMounts", [])
        mounts = sorted(mounts, key=lambda mount: len(mount["mountPath"]), reverse=True)
        self._mounts = [(mount["mountPath"].rstrip("/"), self._place(mount)) for mount in mounts]

    def missing(self) -> tuple[str, str] | None:
        """The first volume that cannot be mounted, and why."""
        for name, volume in self._volumes.items():
            reference = volume.get("configMap")
            if (
                reference
                and not reference.get("optional")
                and not self._find("configmaps", reference["name"])
            ):
                return name, f'configmap "{reference["name"]}" not found'
            claim = volume.get("persistentVolumeClaim")
            if claim and not self._bound(claim["claimName"]):
                return name, f'persistentvolumeclaim "{claim["claimName"]}" is not bound'
        return None

    def fill(self) -> None:
        """Make the folders and write the files."""
        with self._lock:
            for name, volume in self._volumes.items():
                folder = self._home(name, volume)
                folder.mkdir(parents=True, exist_ok=True)
                self._write(folder, volume)

    def refresh(self, pod: Object) -> None:
        """Write again what the pod's own fields say, as a kubelet does when they change."""
        with self._lock:
            self._pod = pod
            for name, volume in self._volumes.items():
                if "downwardAPI" in volume and self._home(name, volume).is_dir():
                    self._write(self._home(name, volume), volume)

    def translate(self, text: str) -> str:
        """`text` with a mount's path at its start replaced by the folder behind it."""
        for mount, place in self._mounts:
            if text == mount or text.startswith(f"{mount}/"):
                return f"{place}{text.removeprefix(mount)}"
        return text

    @property
    def _namespace(self) -> str:
        return str(self._pod["metadata"]["namespace"])

    def _place(self, mount: Object) -> Path:
        volume = self._volumes.get(mount["name"], {})
        host_path = volume.get("hostPath")
        own = host_path and mount.get("readOnly")
        base = Path(host_path["path"]) if own else self._home(mount["name"], volume)
        return base / mount["subPath"] if mount.get("subPath") else base

    def _home(self, name: str, volume: Object) -> Path:
        """The folder behind a volume; a claim and an export have one for all pods."""
        if claim := volume.get("persistentVolumeClaim"):
            return self._shared / "claims" / self._namespace / str(claim["claimName"])
        if export := volume.get("nfs"):
            return self._shared / "nfs" / quote(f"{export['server']}:{export['path']}", safe="")
        return self._folder / name

    def _write(self, folder: Path, volume: Object) -> None:
        for path, content in self._files(volume).items():
            target = folder / PurePosixPath(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            replace(target, content)

    def _find(self, plural: str, name: str) -> Stored | None:
        return self._store.find(plural, name, self._namespace)

    def _bound(self, claim: str) -> bool:
        found = self._find("persistentvolumeclaims", claim)
        return bool(found and found.view["spec"].get("volumeName"))

    def _files(self, volume: Object) -> dict[str, bytes]:
        if sources := volume.get("projected", {}).get("sources"):
            return {path: data for source in sources for path, data in self._files(source).items()}
        if reference := volume.get("configMap"):
            return self._config_map(reference)
        if reference := volume.get("downwardAPI"):
            items = [item for item in reference.get("items", []) if "fieldRef" in item]
            return {
                item["path"]: field_value(self._pod, item["fieldRef"]["fieldPath"]).encode() for item in items
            }
        return {}

    def _config_map(self, reference: Object) -> dict[str, bytes]:
        stored = self._find("configmaps", reference["name"])
        if stored is None:
            return {}
        files = {name: text.encode() for name, text in stored.view.get("data", {}).items()}
        files |= {name: base64.b64decode(text) for name, text in stored.view.get("binaryData", {}).items()}
        if items := reference.get("items"):
            return {item["path"]: files[item["key"]] for item in items if item["key"] in files}
        return files


def replace(target: Path, content: bytes) -> None:
    """Write a file whole or not at all, whoever reads it meanwhile."""
    fresh = target.with_name(f".{target.name}")
    fresh.write_bytes(content)
    fresh.replace(target)


def field_value(pod: Object, path: str) -> str:
    """The value of a downward `fieldPath`; empty when the field is not set."""
    if found := _SUBSCRIPT.fullmatch(path):
        return str(pod["metadata"].get(found[1], {}).get(found[2], ""))
    if path in ("metadata.labels", "metadata.annotations"):
        values = pod["metadata"].get(path.partition(".")[2], {})
        return "\n".join(f'{key}="{value}"' for key, value in sorted(values.items()))
    value: object = pod
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None else str(value)
