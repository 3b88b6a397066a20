"""Whether Pod Security Admission lets privileged pods into the namespaces that need them."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from orchestrator.checks.security.interception import NAMESPACE_LABELS, namespace_labels
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed
from orchestrator.evidence import Evidence
from orchestrator.model import Model
from orchestrator.requirement import Requirement, Subject, Verdict

_PREFIX = "pod-security.kubernetes.io/"
_ENFORCE = f"{_PREFIX}enforce"
_UNSEEN = "the cluster's own default holds there, which the API does not show"


class Expect(Model):
    """Of the `namespaces` (globs) none enforces another level; each has every label of `labelled`."""

    namespaces: tuple[str, ...] = Field(min_length=1)
    labelled: tuple[Literal["enforce", "audit", "warn"], ...] = ()

    def __str__(self) -> str:
        labels = self.labelled or ("enforce",)
        unless = "" if self.labelled else ", or no such label"
        return f"{', '.join(f'{_PREFIX}{label}=privileged' for label in labels)}{unless}"


class PodSecurity(Requirement):
    check: Literal["pod-security"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (NAMESPACE_LABELS,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        labels = namespace_labels(inventory_of(evidence))
        meant = [name for name in sorted(labels) if self._means(name)]
        if self.expect.labelled:
            missing = [n for n in self.expect.namespaces if not any(fnmatchcase(m, n) for m in meant)]
            yield from (self._absent(name) for name in missing)
        elif not meant:
            named = ", ".join(self.expect.namespaces)
            yield passed(CLUSTER, f"there is no namespace {named} yet; {_UNSEEN}", expected=str(self.expect))
        yield from (self._judge_namespace(name, labels[name]) for name in meant)

    def _means(self, namespace: str) -> bool:
        return any(fnmatchcase(namespace, glob) for glob in self.expect.namespaces)

    def _absent(self, name: str) -> Verdict:
        message = "it is not there yet: make it, with its labels, before you install"
        return failed(_subject(name), message, observed={}, expected=str(self.expect))

    def _judge_namespace(self, name: str, labels: dict[str, str]) -> Verdict:
        told = {key: value for key, value in sorted(labels.items()) if key.startswith(_PREFIX)}
        seen = {"observed": told, "expected": str(self.expect)}
        lacking = [f"{_PREFIX}{mode}" for mode in self.expect.labelled]
        wrong = [key for key in lacking if told.get(key) != "privileged"]
        if wrong:
            message = "; ".join(f"{key} is {told.get(key, 'not set')}, not privileged" for key in wrong)
            return failed(_subject(name), message, **seen)
        level = told.get(_ENFORCE)
        if level is None:
            return passed(_subject(name), f"it enforces no level of its own; {_UNSEEN}", **seen)
        if level != "privileged":
            message = f"it enforces the level {level}, which refuses privileged pods"
            return failed(_subject(name), message, **seen)
        return passed(_subject(name), "it lets privileged pods in", **seen)


def _subject(name: str) -> Subject:
    return Subject(kind="Namespace", name=name)
