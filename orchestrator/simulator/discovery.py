"""What the cluster says of itself: its version, its groups and their resources."""

import re
from typing import Any

from orchestrator.simulator import status
from orchestrator.simulator.resources import Object, ResourceType, ResourceTypes

_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_SHORT = {
    "configmaps": "cm", "customresourcedefinitions": "crd", "events": "ev", "namespaces": "ns", "nodes": "no",
    "persistentvolumeclaims": "pvc", "persistentvolumes": "pv", "pods": "po", "services": "svc",
    "storageclasses": "sc",
}  # fmt: skip


def answer(segments: list[str], release: str, types: ResourceTypes) -> Object | str | None:
    """The document or text behind a path that is no resource; None when it is one."""
    match segments:
        case ["readyz" | "livez" | "healthz", *_]:
            return "ok"
        case ["version"]:
            return version(release)
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": _groups(types)}
        case ["apis", name]:
            found = next((group for group in _groups(types) if group["name"] == name), None)
            if found is None:
                raise status.no_such_resource()
            return {"kind": "APIGroup", "apiVersion": "v1", **found}
        case ["api", version_]:
            return _resources("", version_, types)
        case ["apis", name, version_]:
            return _resources(name, version_, types)
        case ["api" | "apis", *_]:
            return None
    raise status.StatusError(404, "404 page not found")


def version(release: str) -> Object:
    """The document at /version; a vendor's suffix makes the minor `23+`, as on the real ones."""
    match = re.match(r"v?(\d+)\.(\d+)(\.\d+)?(.*)", release)
    major, minor, suffix = (match[1], match[2], match[4]) if match else ("1", "0", "")
    return {
        "major": major,
        "minor": f"{minor}+" if suffix else minor,
        "gitVersion": release,
        "gitCommit": "0" * 40,
        "gitTreeState": "clean",
        "buildDate": "2023-01-01T00:00:00Z",
        "goVersion": "go1.19",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def _groups(types: ResourceTypes) -> list[Object]:
    versions: dict[str, list[str]] = {"authorization.k8s.io": ["v1"]}
    for type_ in types:
        known = versions.setdefault(type_.group, [])
        known.extend(version for version in type_.versions if version not in known)
    versions.pop("", None)
    return [_group(name, served) for name, served in versions.items() if served]


def _group(name: str, served: list[str]) -> Object:
    entries = [{"groupVersion": f"{name}/{version}", "version": version} for version in served]
    return {"name": name, "versions": entries, "preferredVersion": entries[0]}


def _resources(group: str, version_: str, types: ResourceTypes) -> Object:
    found: list[Object] = []
    for type_ in types:
        if type_.group == group and version_ in type_.versions:
            found.extend(_entries(type_))
    if group == "authorization.k8s.io":
        found.append(_entry("selfsubjectaccessreviews", "SelfSubjectAccessReview", False, ["create"]))
    if not found:
        raise status.no_such_resource()
    group_version = f"{group}/{version_}" if group else version_
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": found}


def _entries(type_: ResourceType) -> list[Object]:
    entry = _entry(type_.plural, type_.kind, type_.namespaced, _VERBS)
    if type_.plural in _SHORT:
        entry["shortNames"] = [_SHORT[type_.plural]]
    status_ = _entry(f"{type_.plural}/status", type_.kind, type_.namespaced, ["get", "patch", "update"])
    if type_.key == ("", "pods"):
        return [entry, _entry("pods/log", "Pod", True, ["get"]), status_]
    if type_.key == ("", "services"):
        return [entry, _entry("services/proxy", "ServiceProxyOptions", True, ["get"]), status_]
    return [entry, status_]


def _entry(name: str, kind: str, namespaced: bool, verbs: list[str]) -> dict[str, Any]:
    singular = "" if "/" in name else kind.lower()
    return {"name": name, "singularName": singular, "namespaced": namespaced, "kind": kind, "verbs": verbs}
