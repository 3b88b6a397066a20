"""The manifests of the cluster's DNS: one server on every node, behind the usual Service kube-dns."""

from typing import Any

from tests.devcluster import images, network, registry
from tests.devcluster.dns_server import PORT

NAME = "kube-dns"
NAMESPACE = "kube-system"
_LABELS = {"k8s-app": NAME}
_PORTS = ("UDP", "TCP")


def manifests() -> dict[str, Any]:
    """Return the list of all objects."""
    return {"apiVersion": "v1", "kind": "List", "items": [*_access(), _service(), _daemon_set()]}


def _access() -> list[dict[str, Any]]:
    rbac = "rbac.authorization.k8s.io"
    name = f"system:{NAME}-devcluster"
    rule = {"apiGroups": [""], "resources": ["services", "endpoints"], "verbs": ["get"]}
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}
    return [
        _object("v1", "ServiceAccount"),
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule]},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": name},
            "subjects": [subject],
        },
    ]


def _service() -> dict[str, Any]:
    ports = [{"name": f"dns-{p.lower()}", "protocol": p, "port": 53, "targetPort": PORT} for p in _PORTS]
    return _object("v1", "Service", {"clusterIP": network.DNS_SERVICE, "selector": _LABELS, "ports": ports})


def _daemon_set() -> dict[str, Any]:
    pod = {
        "serviceAccountName": NAME,
        "dnsPolicy": "Default",
        "priorityClassName": "system-cluster-critical",
        "terminationGracePeriodSeconds": 0,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65534},
        "containers": [
            {
                "name": "dns",
                "image": f"{registry.ADDRESS}/{images.DNS}",
                "ports": [{"name": p.lower(), "protocol": p, "containerPort": PORT} for p in _PORTS],
                "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 1},
                "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
            }
        ],
    }
    template = {"metadata": {"labels": _LABELS}, "spec": pod}
    return _object("apps/v1", "DaemonSet", {"selector": {"matchLabels": _LABELS}, "template": template})


def _object(version: str, kind: str, spec: dict[str, Any] | None = None) -> dict[str, Any]:
    metadata = {"name": NAME, "namespace": NAMESPACE, "labels": _LABELS}
    document = {"apiVersion": version, "kind": kind, "metadata": metadata}
    return document if spec is None else {**document, "spec": spec}
