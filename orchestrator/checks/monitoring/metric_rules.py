"""Whether the Prometheus adapter has a rule for each metric that models are to be scaled by."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field

from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, object_name, passed, unknown
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.objects import ApiModel, Object, OrNull, Text
from orchestrator.requirement import Requirement, Subject, Verdict

ADAPTERS = ("*/prometheus-adapter", "*/prometheus-adapter-*", "*/k8s-prometheus-adapter*")
RULES = "adapterrules"


class Expect(Model):
    """By metric, what its rule is known by: globs over the series it reads and the name it gives."""

    metrics: dict[str, tuple[str, ...]] = Field(min_length=1)

    def __str__(self) -> str:
        return f"a rule for {' and for '.join(self.metrics)}"


class Rule(ApiModel):
    """One rule of an adapter: the series that it reads, and what it calls the metric made of them."""

    series: Text = ""
    name: Text = ""

    def like(self, globs: tuple[str, ...]) -> bool:
        texts = (self.series.lower(), self.name.lower())
        return any(fnmatchcase(text, glob) for text in texts for glob in globs)


class Adapter(Object):
    """A Deployment of the adapter: its rules, or the error with which they could not be read."""

    error: Text = ""
    rules: Annotated[tuple[Rule, ...], OrNull(tuple)] = ()

    @property
    def subject(self) -> Subject:
        return Subject(kind="Deployment", name=object_name(self.meta.namespace, self.meta.name))


class MetricRules(Requirement):
    check: Literal["metric-rules"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return ("deployments", RULES)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        found = inventory_of(evidence).every(RULES, Adapter)
        if not found:
            yield failed(CLUSTER, "no Prometheus adapter runs whose rules could be looked at")
        for adapter in found:
            yield from self._judge_adapter(adapter)

    def _judge_adapter(self, adapter: Adapter) -> Iterator[Verdict]:
        if adapter.error:
            yield unknown(adapter.subject, f"its rules are not known: {adapter.error}")
            return
        for metric, globs in self.expect.metrics.items():
            meant = [rule for rule in adapter.rules if rule.like(globs)]
            seen = {"observed": [rule.name or rule.series for rule in meant or adapter.rules][:20]}
            if meant:
                yield passed(adapter.subject, f"it has a rule for {metric}", **seen)
            else:
                message = f"none of its {len(adapter.rules)} rules is for {metric}"
                yield failed(adapter.subject, message, **seen, expected=f"a rule like {' or '.join(globs)}")
