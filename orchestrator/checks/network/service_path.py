"""Whether pods of every node find the cluster's names, and the pods behind a Service through its address."""

from collections.abc import Iterator
from typing import Any, Literal

from orchestrator.checks.network.mesh import OK, PROBE, folded
from orchestrator.checks.verdicts import CLUSTER, failed, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model, Tolerant
from orchestrator.requirement import Question, Requirement, Subject, Verdict

_WANTED = "names of the cluster resolve, and a Service leads to its pods"
_ANSWER = "answer"


class Expect(Model):
    """Names that the cluster's DNS knows in every cluster."""

    names: tuple[str, ...] = ("kubernetes.default.svc",)


class Name(Tolerant):
    name: str
    code: str


class Service(Tolerant):
    """How the Service of the run was reached: the stage and code of the last of so many tries."""

    stage: str
    code: str
    tries: int
    seconds: float


class Observed(Tolerant):
    names: tuple[Name, ...]
    service: Service | None


class ServicePath(Requirement):
    check: Literal["service-path"]
    expect: Expect = Expect()

    def asks(self, inventory: Inventory) -> Iterator[Question]:
        yield Question(probe=PROBE, parameters={"names": list(self.expect.names)})

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        return folded(evidence, "the Service of the run", _weigh, _all_well)


def _all_well(well: list[Verdict]) -> Verdict:
    message = f"from {len(well)} nodes a Service of the run is found by name and leads to its pods"
    return passed(CLUSTER, message, expected=_WANTED)


def _weigh(subject: Subject, data: dict[str, Any]) -> Verdict:
    observed = Observed.model_validate(data)
    seen = {"observed": observed.model_dump(mode="json"), "expected": _WANTED}
    unresolved = (each for each in observed.names if each.code != _ANSWER)
    if observed.service is None:
        return unknown(subject, "the probe was not told of a Service", **seen)
    troubles = [f"{each.name} does not resolve ({each.code})" for each in unresolved]
    troubles += _trouble(observed.service)
    return failed(subject, "; ".join(troubles), **seen) if troubles else passed(subject, "")


def _trouble(service: Service) -> Iterator[str]:
    if service.code == OK:
        return
    if service.stage == "resolve":
        yield f"the name of the run's Service does not resolve ({service.code})"
    else:
        yield f"the run's Service does not lead to its pods ({service.code})"
