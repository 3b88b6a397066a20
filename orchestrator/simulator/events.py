"""Events: what the scheduler and the kubelet tell about a pod."""

import secrets

from orchestrator.simulator import clock
from orchestrator.simulator.store import Store, Stored


def record(
    store: Store,
    about: Stored,
    reason: str,
    message: str,
    *,
    component: str,
    type_: str = "Warning",
    container: str = "",
) -> None:
    """Store an Event about an object, or about one container of a pod."""
    now = clock.now()
    part = {"fieldPath": f"spec.containers{{{container}}}"} if container else {}
    store.create(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": f"{about.name}.{secrets.token_hex(8)}",
                "namespace": about.namespace or "default",
            },
            "involvedObject": {
                "kind": about.type.kind,
                "namespace": about.namespace,
                "name": about.name,
                "uid": about.uid,
                "apiVersion": about.type.api_version(),
                "resourceVersion": str(about.version),
                **part,
            },
            "reason": reason,
            "message": message[:1024],
            "source": {"component": component},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": type_,
            "eventTime": None,
            "reportingComponent": component,
            "reportingInstance": "",
        }
    )
