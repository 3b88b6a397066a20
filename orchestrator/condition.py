"""When a requirement applies: conditions over facts of the cluster, with a third answer for "cannot tell"."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from orchestrator.model import Model
from orchestrator.settings import Setting
from orchestrator.version import Version, VersionRange


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One name or a list of names."""


class Facts(Model):
    """What conditions are decided on; None stands for a fact that could not be observed."""

    distribution: str | None = None
    kubernetes: str | None = None
    openshift: str | None = None
    features: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()


class Answer(Model):
    """Whether a condition holds (None: cannot be told) and the words for it."""

    holds: bool | None
    words: str


class Condition(Model):
    """All of the given keys must hold; an empty condition always does.

    `distribution` and `feature` hold when any of the listed names does, `kubernetes` and `openshift` when
    the version is in the range; the latter never on another distribution. `given` holds when the user gives
    that setting. `any` and `not` combine conditions.
    """

    distribution: Names = ()
    feature: Names = ()
    kubernetes: VersionRange | None = None
    openshift: VersionRange | None = None
    given: Setting | None = None
    any: tuple["Condition", ...] = ()
    negated: "Condition | None" = Field(default=None, alias="not")

    def __str__(self) -> str:
        """When this holds, e.g. `not with feature air-gapped`; empty when it always does."""
        return " and ".join(self._words())

    def _words(self) -> Iterator[str]:
        if self.distribution:
            yield f"on {' or '.join(self.distribution)}"
        if self.feature:
            yield f"with feature {' or '.join(self.feature)}"
        if self.kubernetes:
            yield f"Kubernetes {self.kubernetes}"
        if self.openshift:
            yield f"OpenShift {self.openshift}"
        if self.given:
            yield f"with --{self.given}"
        if self.any:
            yield f"({' or '.join(map(str, self.any))})"
        if self.negated:
            yield f"not {self.negated}"

    def decide(self, facts: Facts) -> Answer:
        """Whether this holds for a cluster."""
        answers = list(self._answers(facts))
        decided = [answer.holds for answer in answers]
        holds = False if False in decided else None if None in decided else True
        return Answer(holds=holds, words=_telling(answers, holds))

    def features(self) -> Iterator[str]:
        """Every feature named here or below."""
        for condition in self._all():
            yield from condition.feature

    def distributions(self) -> Iterator[str]:
        """Every distribution named here or below."""
        for condition in self._all():
            yield from condition.distribution

    def _all(self) -> Iterator["Condition"]:
        yield self
        for condition in (*self.any, *([self.negated] if self.negated else [])):
            yield from condition._all()

    @model_validator(mode="after")
    def _check_not(self) -> Self:
        if self.negated and not self.negated.model_fields_set:
            raise ValueError("`not` of an empty condition never holds")
        return self

    def _answers(self, facts: Facts) -> list[Answer]:
        answers: list[Answer] = []
        if self.distribution:
            answers.append(_one_of("distribution", facts.distribution, self.distribution))
        if self.feature:
            answers.append(_asked_for(self.feature, facts.features))
        if self.kubernetes:
            answers.append(_in_range("Kubernetes", facts.kubernetes, self.kubernetes))
        if self.openshift:
            answers.append(_openshift_in_range(facts, self.openshift))
        if self.given:
            answers.append(_given(self.given, facts.given))
        if self.any:
            answers.append(_any([condition.decide(facts) for condition in self.any]))
        if self.negated:
            answers.append(_negated(self.negated.decide(facts)))
        return answers


def _one_of(what: str, value: str | None, names: tuple[str, ...]) -> Answer:
    if value is None:
        return Answer(holds=None, words=f"the {what} could not be told")
    return Answer(holds=value in names, words=f"the {what} is {value}")


def _asked_for(names: tuple[str, ...], features: frozenset[str]) -> Answer:
    wanted = sorted(features.intersection(names))
    if wanted:
        return Answer(holds=True, words=f"feature {wanted[0]} is asked for")
    return Answer(holds=False, words=f"feature {' or '.join(names)} is not asked for")


def _in_range(what: str, text: str | None, admitted: VersionRange) -> Answer:
    try:
        version = Version.parse(text or "")
    except ValueError:
        return Answer(holds=None, words=f"the version of {what} could not be told")
    return Answer(holds=admitted.admits(version), words=f"{what} is {version}")


def _openshift_in_range(facts: Facts, admitted: VersionRange) -> Answer:
    if facts.distribution in (None, "openshift"):
        return _in_range("OpenShift", facts.openshift, admitted)
    return Answer(holds=False, words=f"the distribution is {facts.distribution}")


def _given(name: str, given: frozenset[str]) -> Answer:
    holds = name in given
    return Answer(holds=holds, words=f"--{name} is {'given' if holds else 'not given'}")


def _any(answers: list[Answer]) -> Answer:
    decided = [answer.holds for answer in answers]
    holds = True if True in decided else None if None in decided else False
    return Answer(holds=holds, words=_telling(answers, holds))


def _telling(answers: list[Answer], holds: bool | None) -> str:
    return " and ".join(answer.words for answer in answers if answer.holds is holds)


def _negated(answer: Answer) -> Answer:
    return answer.model_copy(update={"holds": None if answer.holds is None else not answer.holds})
