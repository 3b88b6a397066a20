"""What the API server checks and fills in before it stores an object."""

import random
import re
import uuid
from typing import Any

from orchestrator.simulator import status
from orchestrator.simulator.resources import Object, ResourceType

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
_FREE_NAMES = ("rbac.authorization.k8s.io",)  # groups whose names may hold any path segment, as `system:node`

_NO_EXECUTE_SECONDS = 300


def random_name(base: str) -> str:
    """A name made from `metadata.generateName`: cut to 58 characters, then five random ones."""
    return base[:58] + "".join(random.choices(_SUFFIX, k=5))  # noqa: S311 - no secret


def admit(type_: ResourceType, obj: Object, version: str) -> None:
    """Name, check and default a new object in place; 422 when it cannot be accepted."""
    obj["apiVersion"], obj["kind"] = type_.api_version(version), type_.kind
    metadata = obj["metadata"]
    for given_by_server in ("uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "selfLink"):
        metadata.pop(given_by_server, None)
    metadata["uid"] = str(uuid.uuid4())
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = random_name(metadata["generateName"])
    _check_metadata(type_, metadata)
    if type_.key == ("batch", "jobs"):
        _check_job(type_, obj)
        _default_job(obj)
    elif type_.key == ("", "pods"):
        _check_containers(type_, metadata["name"], "spec", obj.get("spec"))
        default_pod_spec(obj["spec"])
        obj["status"] = {"phase": "Pending", "qosClass": "BestEffort"}
    elif type_.key == ("", "namespaces"):
        obj["status"] = {"phase": "Active"}
        metadata["labels"] = {
            "kubernetes.io/metadata.name": metadata["name"],
            **(metadata.get("labels") or {}),
        }


def default_pod_spec(spec: Object) -> None:
    """Fill in the fields of a pod's spec that the API server never leaves empty."""
    defaults: dict[str, Any] = {
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "enableServiceLinks": True,
    }
    for field, value in defaults.items():
        spec.setdefault(field, value)
    for container in spec["containers"] + spec.get("initContainers", []):
        container.setdefault("resources", {})
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault("terminationMessagePolicy", "File")
        latest = ":" not in container["image"].rpartition("/")[2] or container["image"].endswith(":latest")
        container.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")


def tolerate_node_failure(spec: Object) -> None:
    """What the DefaultTolerationSeconds plug-in adds to each pod."""
    tolerations = spec.setdefault("tolerations", [])
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        if not any(toleration.get("key") in (key, None) for toleration in tolerations):
            tolerations.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": _NO_EXECUTE_SECONDS,
                }
            )


def _check_metadata(type_: ResourceType, metadata: Object) -> None:
    name = metadata.get("name", "")
    if not name:
        raise status.invalid(type_, "", "metadata.name", "Required value: name or generateName is required")
    if type_.group not in _FREE_NAMES and (len(name) > 253 or not _NAME.fullmatch(name)):
        problem = (
            f'Invalid value: "{name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric'
        )
        raise status.invalid(type_, name, "metadata.name", f"{problem} characters, '-' or '.'")
    _check_labels(type_, name, "metadata.labels", metadata.get("labels") or {})


def _check_labels(type_: ResourceType, name: str, field: str, labels: dict[str, str]) -> None:
    for value in labels.values():
        if not isinstance(value, str):
            raise status.StatusError(400, f"{type_.kind} in version cannot be handled: {field}: not a string")
        if len(value) > 63:
            raise status.invalid(
                type_, name, field, f'Invalid value: "{value}": must be no more than 63 characters'
            )
        if not _LABEL_VALUE.fullmatch(value):
            problem = f'Invalid value: "{value}": a valid label must be an empty string or consist of'
            raise status.invalid(type_, name, field, f"{problem} alphanumeric characters, '-', '_' or '.'")


def _check_job(type_: ResourceType, obj: Object) -> None:
    name, spec = obj["metadata"]["name"], obj.get("spec") or {}
    template = spec.get("template") or {}
    _check_containers(type_, name, "spec.template.spec", template.get("spec"))
    labels = {"job-name": name, **((template.get("metadata") or {}).get("labels") or {})}
    _check_labels(type_, name, "spec.template.labels", labels)
    policy = template["spec"].get("restartPolicy", "Always")
    if policy not in ("OnFailure", "Never"):
        problem = f'Unsupported value: "{policy}": supported values: "OnFailure", "Never"'
        raise status.invalid(type_, name, "spec.template.spec.restartPolicy", problem)
    for field in (
        "parallelism",
        "completions",
        "backoffLimit",
        "activeDeadlineSeconds",
        "ttlSecondsAfterFinished",
    ):
        value = spec.get(field)
        if value is not None and (not isinstance(value, int) or value < 0):
            problem = f"Invalid value: {value}: must be greater than or equal to 0"
            raise status.invalid(type_, name, f"spec.{field}", problem)


def _check_containers(type_: ResourceType, name: str, field: str, spec: Object | None) -> None:
    containers = (spec or {}).get("containers")
    if not containers:
        raise status.invalid(type_, name, f"{field}.containers", "Required value")
    for index, container in enumerate(containers):
        for required in ("name", "image"):
            if not container.get(required):
                raise status.invalid(type_, name, f"{field}.containers[{index}].{required}", "Required value")


def _default_job(obj: Object) -> None:
    obj["metadata"]["generation"] = 1
    spec, template = obj["spec"], obj["spec"]["template"]
    parallelism = spec.setdefault("parallelism", 1)
    if parallelism == 1:
        spec.setdefault("completions", 1)
    for field, value in (("backoffLimit", 6), ("completionMode", "NonIndexed"), ("suspend", False)):
        spec.setdefault(field, value)
    default_pod_spec(template["spec"])
    _link_job(obj)
    obj["status"] = {}


def _link_job(obj: Object) -> None:
    """Give a Job the selector and the pod labels that tie its pods to it."""
    uid, name = obj["metadata"]["uid"], obj["metadata"]["name"]
    metadata = obj["spec"]["template"].setdefault("metadata", {}) or {}
    obj["spec"]["template"]["metadata"] = metadata
    metadata["labels"] = {**(metadata.get("labels") or {}), "controller-uid": uid, "job-name": name}
    obj["spec"].setdefault("selector", {"matchLabels": {"controller-uid": uid}})
    if not obj["metadata"].get("labels"):
        obj["metadata"]["labels"] = dict(metadata["labels"])
