"""From what the user says to a client of the cluster that it means."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orchestrator.kube.api import Api
from orchestrator.kube.transport import Transport

WATCHES = 4  # connections that stay open beside those of the workers


@dataclass(frozen=True)
class ConnectOptions:
    """Which cluster and as whom; `workers` is how many threads will ask at once, timeouts are seconds."""

    kubeconfig: Path | None = None
    context: str | None = None
    namespace: str | None = None
    impersonate_user: str | None = None
    impersonate_groups: tuple[str, ...] = ()
    workers: int = 16
    request_timeout: float = 30


def connect(options: ConnectOptions) -> Api:
    """A client of the cluster that kubectl would find; sends nothing yet. ConnectError if there is none."""
    from orchestrator.kube.login import log_in

    start = partial(
        log_in,
        kubeconfig=options.kubeconfig,
        context=options.context,
        impersonate_user=options.impersonate_user,
        impersonate_groups=options.impersonate_groups,
        connections=options.workers + WATCHES,
        timeout=options.request_timeout,
    )
    transport = Transport(start, timeout=options.request_timeout)
    return Api(transport, namespace=options.namespace or transport.login.namespace)
