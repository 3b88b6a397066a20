"""What a kubelet remembers of a pod that it has taken, and how the pod's container ends."""

from collections.abc import Callable
from dataclasses import dataclass, field

from orchestrator.simulator import pods
from orchestrator.simulator.engine import Timer
from orchestrator.simulator.resources import Object
from orchestrator.simulator.sandbox import Outcome, Sandbox
from orchestrator.simulator.store import Store, Stored

MESSAGE_LIMIT = 4096  # bytes of a termination message
_FALLBACK_LINES, _FALLBACK_BYTES = 80, 2048  # of the log, where it stands in for a termination message


@dataclass(slots=True)
class PodRun:
    """One pod on its node; `ended` once its container has, or its object is gone."""

    uid: str
    name: str
    namespace: str
    log: bytes = b""
    sandbox: Sandbox | None = None
    timers: list[Timer] = field(default_factory=list)
    ended: bool = False

    def change(self, store: Store, change: Callable[[Object], None]) -> Stored:
        """Update the pod's object; 404 when it is gone."""
        return store.update("pods", self.name, change, self.namespace)

    def end(self) -> None:
        self.ended = True
        for timer in self.timers:
            timer.cancel()

    def printed(self) -> bytes:
        """The log so far."""
        return self.sandbox.log() if self.sandbox and not self.ended else self.log


def terminate(pod: Object, outcome: Outcome, reason: str) -> None:
    """Set the pod's status to that of a container which has ended so."""
    if pod["status"]["phase"] == "Pending" and reason != "StartError":
        pods.set_running(pod)
    message = termination_message(pod["spec"]["containers"][0], outcome)
    pods.set_terminated(pod, outcome.exit_code, reason, message)


def termination_message(container: Object, outcome: Outcome) -> str:
    """What the kubelet puts into `terminated.message`: the end of the file, or of the log instead."""
    data = outcome.termination[-MESSAGE_LIMIT:]
    if not data and outcome.exit_code and container["terminationMessagePolicy"] == "FallbackToLogsOnError":
        data = b"".join(outcome.log.splitlines(keepends=True)[-_FALLBACK_LINES:])[-_FALLBACK_BYTES:]
    return data.decode("utf-8", "replace")
