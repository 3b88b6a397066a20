"""The ingress controllers of controllers.yaml, and where in a cluster they run."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

from orchestrator.checks.workloads import Workload
from orchestrator.data import read_data
from orchestrator.model import Model


class Controller(Model):
    """A program that serves Ingresses; see controllers.yaml."""

    title: str
    controllers: tuple[str, ...]
    images: tuple[str, ...]
    proxies: tuple[str, ...] = ()
    namespace: str = "*"

    def serves(self, controller: str) -> bool:
        """Whether it is meant by this `spec.controller` of an IngressClass."""
        return any(fnmatchcase(controller, glob) for glob in self.controllers)

    def running(self, found: Iterable[Workload]) -> list[Workload]:
        """The workloads that run it and want a pod at all."""
        return [w for w in found if w.desired and w.named(self.namespace, "*") and w.runs_image(self.images)]

    def fronts(self, found: Iterable[Workload]) -> list[Workload]:
        """The workloads whose pods take the traffic, where any of it runs."""
        known = tuple(found)
        running = self.running(known)
        if not running or not self.proxies:
            return running
        return [workload for workload in known if workload.desired and workload.runs_image(self.proxies)]


@cache
def controllers() -> tuple[Controller, ...]:
    """Every ingress controller that is known."""
    rows = read_data("orchestrator.checks.ingress", "controllers.yaml")
    return tuple(Controller.model_validate(row) for row in rows)


def all_running(found: Iterable[Workload]) -> Iterator[tuple[Controller, Workload]]:
    """Every workload that runs an ingress controller, and which one."""
    known = tuple(found)
    for controller in controllers():
        yield from ((controller, workload) for workload in controller.running(known))
