"""Whether kinds of custom resources are defined, and served in the version that is wanted."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AliasPath, Field, model_validator

from orchestrator.checks.objects import ResourceName
from orchestrator.checks.verdicts import CLUSTER, failed, inventory_of, passed, subject_of
from orchestrator.evidence import Evidence
from orchestrator.inventory.resources import resource_types
from orchestrator.model import Model
from orchestrator.objects import ApiModel, Conditions, Flag, Object, OrNull, Text
from orchestrator.requirement import Requirement, Verdict

_KIND = "CustomResourceDefinition"


class Expect(Model):
    """`definitions` are rows of inventory/resources.yaml, each of one CustomResourceDefinition."""

    definitions: tuple[ResourceName, ...] = Field(min_length=1)
    version: str = Field(min_length=1)

    @model_validator(mode="after")
    def _check_definitions(self) -> Self:
        for name in self.definitions:
            if resource_types()[name].kind != _KIND or not resource_types()[name].object:
                raise ValueError(f"{name} is not one {_KIND}")
        return self

    def __str__(self) -> str:
        return f"{', '.join(resource_types()[name].object for name in self.definitions)} in {self.version}"


class DefinedVersion(ApiModel):
    name: Text = ""
    served: Flag = False


class Definition(Object):
    """A CustomResourceDefinition."""

    versions: Annotated[tuple[DefinedVersion, ...], OrNull(tuple)] = Field(
        (), validation_alias=AliasPath("spec", "versions")
    )
    conditions: Conditions = ()

    @property
    def served(self) -> list[str]:
        return [version.name for version in self.versions if version.served]

    @property
    def problem(self) -> str:
        """Why no object of it can be made whatever its version; empty when one can."""
        if self.meta.deletion_timestamp:
            return "is being deleted"
        established = next((c for c in self.conditions if c.type == "Established"), None)
        if established and established.status == "True":
            return ""
        names = next((c for c in self.conditions if c.type == "NamesAccepted" and c.status != "True"), None)
        told = names or established
        return f"is not established{f': {told.message}' if told and told.message else ''}"


class CustomResource(Requirement):
    check: Literal["custom-resource"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return self.expect.definitions

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        for name in self.expect.definitions:
            found = inventory_of(evidence).every(name, Definition)
            yield self._judge_definition(found[0]) if found else self._undefined(name)

    def _undefined(self, name: str) -> Verdict:
        message = f"there is no {_KIND} {resource_types()[name].object}"
        return failed(CLUSTER, message, expected=self.expect.version)

    def _judge_definition(self, definition: Definition) -> Verdict:
        subject = subject_of(definition)
        seen = {"observed": definition.served, "expected": self.expect.version}
        if problem := definition.problem:
            return failed(subject, problem, **seen)
        if self.expect.version not in definition.served:
            served = f"serves {', '.join(definition.served)}" if definition.served else "serves no version"
            return failed(subject, f"{served}, not {self.expect.version}", **seen)
        return passed(subject, f"serves {self.expect.version}", **seen)
