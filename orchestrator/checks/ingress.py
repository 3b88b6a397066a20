"""Whether Ingresses are served: by a controller that runs, and that an IngressClass leads to."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from pydantic import AliasPath, Field

from orchestrator.checks.ingress_controllers import Controller, all_running, controllers
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, skipped, unknown, warned
from orchestrator.checks.workloads import RESOURCES, Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.objects import Object, Text
from orchestrator.requirement import Requirement, Subject, Verdict

_CLASSES = "ingressclasses"


class Expect(Model):
    """Nothing to tune."""

    def __str__(self) -> str:
        return "an IngressClass whose controller runs"


class IngressClass(Object):
    controller: Text = Field("", validation_alias=AliasPath("spec", "controller"))


class Served(NamedTuple):
    """A class, the controller that it names (None: not known) and the workloads that run it."""

    ingress_class: IngressClass
    controller: Controller | None
    running: list[Workload]

    @property
    def subject(self) -> Subject:
        return Subject(kind="IngressClass", name=self.ingress_class.meta.name)

    @property
    def works(self) -> bool:
        return any(workload.ready for workload in self.running)


class IngressController(Requirement):
    check: Literal["ingress-controller"]
    expect: Expect = Expect()

    def reads(self) -> tuple[str, ...]:
        return (_CLASSES, *RESOURCES)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        found = workloads(inventory)
        classes = [IngressClass.model_validate(obj) for obj in inventory.objects.get(_CLASSES, ())]
        services = [_service(each, found) for each in classes]
        if not services:
            yield _classless(found)
        works = any(service.works for service in services)
        yield from map(_judge_beside_working if works else _judge_alone, services)


def _service(each: IngressClass, found: list[Workload]) -> Served:
    controller = next((known for known in controllers() if known.serves(each.controller)), None)
    return Served(each, controller, controller.running(found) if controller else [])


def _classless(found: list[Workload]) -> Verdict:
    running = [f"{known.title} as {workload.subject.name}" for known, workload in all_running(found)]
    though = f", though there is {', '.join(running)}" if running else ""
    return failed(CLUSTER, f"there is no IngressClass{though}", observed=running, expected=str(Expect()))


def _judge_beside_working(service: Served) -> Verdict:
    """A class of a cluster in which at least one works."""
    subject, controller, running = service.subject, service.controller, service.running
    if controller is None:
        told = f"which program serves {service.ingress_class.controller!r} is not known"
        return skipped(subject, f"not judged: {told}, and another class works")
    seen = {"observed": [str(workload) for workload in running], "expected": str(Expect())}
    if not service.works:
        message = f"{controller.title} does not run: Ingresses of this class are served by nobody"
        return warned(subject, message, **seen)
    if lacking := next((workload for workload in running if workload.ready < workload.desired), None):
        pods = f"{lacking.ready} of {lacking.desired} pods of {lacking.subject.name} are ready"
        return warned(subject, f"{controller.title} runs, but only {pods}", **seen)
    return passed(subject, f"{controller.title} runs", **seen)


def _judge_alone(service: Served) -> Verdict:
    """A class of a cluster in which none is known to work."""
    named, running = service.ingress_class.controller, service.running
    seen = {"observed": [str(workload) for workload in running] or named, "expected": str(Expect())}
    if service.controller is None:
        message = f"which program serves {named!r} is not known, so whether it runs cannot be told"
        return unknown(service.subject, message, **seen)
    why = "is there, but no pod of it is ready" if running else "does not run"
    return failed(service.subject, f"its controller, {service.controller.title}, {why}", **seen)
