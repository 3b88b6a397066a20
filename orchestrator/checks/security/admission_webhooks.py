"""Whether every admission webhook that Run:ai's objects have to pass is there to answer."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, NamedTuple

from pydantic import AliasPath, Field

from orchestrator.checks.security.interception import NAMESPACE_LABELS, Interception, Labels, namespace_labels
from orchestrator.checks.verdicts import (
    CLUSTER,
    failed,
    inventory_of,
    object_name,
    passed,
    subject_of,
    warned,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Inventory
from orchestrator.model import Model
from orchestrator.objects import ApiModel, Mapping, Object, OrNull, Text
from orchestrator.requirement import Requirement, Subject, Verdict

_CONFIGURATIONS = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
_ANSWERED = "every webhook that must admit Run:ai's objects has ready pods or is outside the cluster"
_EXPECTED = "its Service has ready pods, or its failurePolicy is Ignore"


class Service(ApiModel):
    namespace: Text = ""
    name: Text = ""

    def __str__(self) -> str:
        return object_name(self.namespace, self.name)


class Webhook(Interception):
    """One webhook; without `service` the API server calls a URL."""

    name: Text = ""
    failure_policy: Annotated[str, OrNull(lambda: "Fail")] = "Fail"
    service: Service | None = Field(None, validation_alias=AliasPath("clientConfig", "service"))


class Configuration(Object):
    webhooks: Annotated[tuple[Webhook, ...], OrNull(tuple)] = ()

    @property
    def subject(self) -> Subject:
        return subject_of(self)


class Subset(ApiModel):
    """Pods behind the same ports; `addresses` are those of the ready ones."""

    addresses: Annotated[tuple[Mapping, ...], OrNull(tuple)] = ()


class Endpoints(Object):
    """The pods behind the Service of the same name."""

    subsets: Annotated[tuple[Subset, ...], OrNull(tuple)] = ()

    @property
    def ready(self) -> bool:
        return any(subset.addresses for subset in self.subsets)


class Backends(NamedTuple):
    """The Services that there are, and those of them that have ready pods, as `NAMESPACE/NAME`."""

    services: frozenset[str]
    ready: frozenset[str]

    @classmethod
    def of(cls, inventory: Inventory) -> "Backends":
        ready = (each for each in inventory.every("endpoints", Endpoints) if each.ready)
        return cls(_names(inventory.every("services", Object)), _names(ready))

    def silence(self, service: Service) -> str:
        """Why nobody answers for this Service; empty where somebody does."""
        if str(service) not in self.services:
            return f"its Service {service} does not exist"
        return "" if str(service) in self.ready else f"its Service {service} has no ready pods"


def _names(objects: Iterable[Object]) -> frozenset[str]:
    return frozenset(subject_of(obj).name for obj in objects)


class Expect(Model):
    """What is created in which namespaces: `pods`, `apps/deployments`."""

    resources: tuple[str, ...] = Field(min_length=1)
    namespaces: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return f"for {', '.join(self.resources)} in {', '.join(self.namespaces)}"


class AdmissionWebhooks(Requirement):
    check: Literal["admission-webhooks"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (*_CONFIGURATIONS, "services", "endpoints", NAMESPACE_LABELS)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        inventory = inventory_of(evidence)
        backends, labels = Backends.of(inventory), namespace_labels(inventory)
        asked = list(self._asked(inventory, labels))
        troubles = [verdict for each in asked if (verdict := self._judge_webhook(*each, backends))]
        yield from troubles
        if not troubles:
            names = [f"{subject.name}: {webhook.name}" for subject, webhook, _ in asked]
            message = _ANSWERED if asked else "no webhook must admit Run:ai's objects"
            yield passed(CLUSTER, message, observed=names, expected=str(self.expect))

    def _asked(self, inventory: Inventory, labels: Labels) -> Iterator[tuple[Subject, Webhook, list[str]]]:
        """The webhooks without whose answer Run:ai's objects are refused, and in which namespaces."""
        configurations = (c for name in _CONFIGURATIONS for c in inventory.every(name, Configuration))
        for configuration in configurations:
            for webhook in configuration.webhooks:
                where = webhook.namespaces_of(self.expect.namespaces, labels)
                covers = webhook.resources_of(self.expect.resources)
                if webhook.failure_policy == "Fail" and covers and where:
                    yield configuration.subject, webhook, where

    def _judge_webhook(
        self, subject: Subject, webhook: Webhook, where: list[str], backends: Backends
    ) -> Verdict | None:
        wrong = backends.silence(webhook.service) if webhook.service else ""
        if not wrong:
            return None
        stopped = ", ".join(webhook.resources_of(self.expect.resources))
        speak = warned if webhook.match_conditions else failed
        some = "some " if webhook.match_conditions else ""
        message = f"webhook {webhook.name} must admit {some}{stopped} in {', '.join(where)}, but {wrong}"
        return speak(subject, message, observed=str(webhook.service), expected=_EXPECTED)
