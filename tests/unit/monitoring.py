"""The objects of a Prometheus as the inventory keeps them."""

from typing import Any

Json = dict[str, Any]
PODS = {"app.kubernetes.io/name": "prometheus", "prometheus": "k8s", "operator.prometheus.io/shard": "0"}
IMAGE = "quay.io/prometheus/prometheus:v2.42.0"


def server(
    name: str = "prometheus-k8s",
    *args: str,
    namespace: str = "monitoring",
    image: str = IMAGE,
    replicas: int = 1,
    ready: int = 1,
) -> Json:
    """A StatefulSet."""
    pods = {"containers": [{"name": "prometheus", "image": image, "args": list(args)}]}
    return {
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"replicas": replicas, "template": {"metadata": {"labels": PODS}, "spec": pods}},
        "status": {"readyReplicas": ready},
    }


def custom(name: str = "k8s", *conditions: Json, labels: Json | None = None, **spec: Any) -> Json:
    """A Prometheus object."""
    return {
        "metadata": {"namespace": "monitoring", "name": name, "labels": labels or {}},
        "spec": spec,
        "status": {"conditions": list(conditions)},
    }


def service(name: str = "prometheus", selector: Json | None = None, port: Json | None = None) -> Json:
    """A Service with one port, 9090 unless it is told."""
    selected = {"prometheus": "k8s"} if selector is None else selector
    return {
        "metadata": {"namespace": "monitoring", "name": name},
        "spec": {"selector": selected, "ports": [{"port": 9090, **(port or {})}]},
    }
