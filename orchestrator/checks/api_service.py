"""Whether an API that something in the cluster adds to Kubernetes' own is served."""

from collections.abc import Iterator
from typing import Literal

from pydantic import AliasPath, Field

from orchestrator.checks.objects import ResourceName
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, object_name, passed, subject_of
from orchestrator.evidence import Evidence
from orchestrator.inventory.resources import resource_types
from orchestrator.model import Model
from orchestrator.objects import Conditions, Object, Text
from orchestrator.requirement import Requirement, Verdict


class Expect(Model):
    """`service` is a row of inventory/resources.yaml, of one APIService."""

    service: ResourceName

    @property
    def name(self) -> str:
        return resource_types()[self.service].object

    def __str__(self) -> str:
        return f"{self.name} is served"


class ApiService(Object):
    """An APIService: the Service that serves the API, and whether it does."""

    namespace: Text = Field("", validation_alias=AliasPath("spec", "service", "namespace"))
    name: Text = Field("", validation_alias=AliasPath("spec", "service", "name"))
    conditions: Conditions = ()

    @property
    def server(self) -> str:
        return f"Service {object_name(self.namespace, self.name)}" if self.name else "the API server itself"

    @property
    def problem(self) -> str:
        """Why it is not served; empty when it is."""
        available = next((each for each in self.conditions if each.type == "Available"), None)
        if available is None:
            return "nothing says that it is"
        words = ": ".join(filter(None, (available.reason, available.message)))
        return "" if available.status == "True" else words or f"Available is {available.status}"


class ServedApi(Requirement):
    check: Literal["api-service"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (self.expect.service,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = inventory_of(evidence).every(self.expect.service, ApiService)
        yield self._judge_service(found[0]) if found else self._absent()

    def _absent(self) -> Verdict:
        message = f"there is no APIService {self.expect.name}"
        return failed(CLUSTER, message, expected=str(self.expect))

    def _judge_service(self, service: ApiService) -> Verdict:
        subject, seen = subject_of(service), {"observed": service.server, "expected": str(self.expect)}
        if problem := service.problem:
            return failed(subject, f"{service.server} does not serve it: {problem}", **seen)
        return passed(subject, f"{service.server} serves it", **seen)
