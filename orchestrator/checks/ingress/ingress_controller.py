"""Whether Ingresses are served: by a controller that runs, and that an IngressClass leads to."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, AliasPath, Field

from orchestrator.checks.ingress.controllers import Controller, all_running, controllers
from orchestrator.checks.verdicts import (
    CLUSTER,
    failed,
    inventory_of,
    passed,
    skipped,
    subject_of,
    unknown,
    warned,
)
from orchestrator.checks.workloads import RESOURCES, Workload, workloads
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.objects import Object, Text
from orchestrator.requirement import Requirement, Subject, Verdict

_CLASSES = "ingressclasses"


def _check_title(title: str) -> str:
    known = [controller.title for controller in controllers()]
    if title not in known:
        raise ValueError(f"there is no ingress controller {title!r}; there are {', '.join(known)}")
    return title


class Expect(Model):
    """Where some controllers (their titles in controllers.yaml) are `tested`, others warn."""

    tested: tuple[Annotated[str, AfterValidator(_check_title)], ...] = ()

    def __str__(self) -> str:
        tested = f", tested with {', '.join(self.tested)}" if self.tested else ""
        return f"an IngressClass whose controller runs{tested}"


class IngressClass(Object):
    controller: Text = Field("", validation_alias=AliasPath("spec", "controller"))


class Served(NamedTuple):
    """A class, the controller that it names (None: not known) and the workloads that run it."""

    ingress_class: IngressClass
    controller: Controller | None
    running: list[Workload]

    @property
    def subject(self) -> Subject:
        return subject_of(self.ingress_class)

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
        served = [_served(each, found) for each in inventory.every(_CLASSES, IngressClass)]
        if not served:
            yield self._classless(found)
        works = any(each.works for each in served)
        yield from map(self._judge_beside_working if works else self._judge_alone, served)

    def _classless(self, found: list[Workload]) -> Verdict:
        running = [f"{known.title} as {workload.subject.name}" for known, workload in all_running(found)]
        though = f", though there is {', '.join(running)}" if running else ""
        return failed(CLUSTER, f"there is no IngressClass{though}", **self._seen(running))

    def _judge_beside_working(self, served: Served) -> Verdict:
        """A class of a cluster in which at least one works."""
        subject, controller, running = served.subject, served.controller, served.running
        if controller is None:
            told = f"which program serves {served.ingress_class.controller!r} is not known"
            return skipped(subject, f"not judged: {told}, and another class works")
        title, seen = controller.title, self._seen([str(workload) for workload in running])
        if not served.works:
            message = f"{title} does not run: Ingresses of this class are served by nobody"
            return warned(subject, message, **seen)
        if lacking := next((workload for workload in running if workload.ready < workload.desired), None):
            pods = f"{lacking.ready} of {lacking.desired} pods of {lacking.subject.name} are ready"
            return warned(subject, f"{title} runs, but only {pods}", **seen)
        if self.expect.tested and title not in self.expect.tested:
            message = f"{title} runs; Run:ai is tested with {', '.join(self.expect.tested)}"
            return warned(subject, message, **seen)
        return passed(subject, f"{title} runs", **seen)

    def _judge_alone(self, served: Served) -> Verdict:
        """A class of a cluster in which none is known to work."""
        named, running = served.ingress_class.controller, served.running
        seen = self._seen([str(workload) for workload in running] or named)
        if served.controller is None:
            message = f"which program serves {named!r} is not known, so whether it runs cannot be told"
            return unknown(served.subject, message, **seen)
        why = "is there, but no pod of it is ready" if running else "does not run"
        return failed(served.subject, f"its controller, {served.controller.title}, {why}", **seen)

    def _seen(self, observed: Any) -> dict[str, Any]:
        return {"observed": observed, "expected": str(self.expect)}


def _served(each: IngressClass, found: list[Workload]) -> Served:
    controller = next((known for known in controllers() if known.serves(each.controller)), None)
    return Served(each, controller, controller.running(found) if controller else [])
