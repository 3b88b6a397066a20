"""A profile as a whole."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from orchestrator.checks import AnyRequirement
from orchestrator.evidence import API_VERSION
from orchestrator.inventory.distribution import definitions
from orchestrator.model import Model
from orchestrator.requirement import Feature, Name
from orchestrator.settings import settings_in

MISTAKE = "mistake"
"""The type of an error that only the whole profile shows; its context names the `row` and the `field`."""


class Narrowed(Model):
    """By which globs of ids a profile was narrowed, and how many of its requirements that leaves out."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    left_out: int

    @property
    def given(self) -> str:
        """The globs as they were given, e.g. `--only nodes.* --skip nodes.gpu`."""
        options = {"--only": self.only, "--skip": self.skip}
        return " ".join(f"{option} {glob}" for option, globs in options.items() for glob in globs)

    def __str__(self) -> str:
        return f"{self.left_out} more left out by {self.given}"


class Profile(Model):
    """The requirements of one Run:ai release. `complete` profiles cover their whole document."""

    api_version: Literal["runai-preflight/v1"] = API_VERSION
    kind: Literal["Profile"] = "Profile"
    name: Name
    title: str = Field(min_length=1)
    released: str = Field(pattern=r"^\d{4}(-\d{2})?$", description="year of the release, and month if known")
    document: str = Field(min_length=1, description="what the requirements are taken from")
    complete: bool = False
    notes: tuple[str, ...] = ()
    features: dict[Name, Feature] = Field(default_factory=dict)
    requirements: tuple[AnyRequirement, ...] = Field(min_length=1)
    _narrowed: Narrowed | None = PrivateAttr(default=None)  # no field: a file has no say in it

    @property
    def narrowed(self) -> Narrowed | None:
        return self._narrowed

    @model_validator(mode="after")
    def _check_rows(self) -> Self:
        seen: set[str] = set()
        for index, row in enumerate(self.requirements):
            if row.id in seen:
                raise _mistake(index, "id", f"requirement {row.id} stands twice")
            seen.add(row.id)
            for message in self._impossible(row):
                raise _mistake(index, "when", message)
        return self

    def _impossible(self, row: AnyRequirement) -> Iterator[str]:
        """Why a row could never be judged: its condition has names that nothing has, or lacks a setting."""
        for feature in sorted(set(row.when.features()) - set(self.features)):
            yield f"there is no feature {feature!r} under `features`"
        for distribution in sorted(set(row.when.distributions()) - {known.id for known in definitions()}):
            yield f"there is no distribution {distribution!r}"
        for setting in sorted(settings_in(row.expect.model_dump(mode="json")) - {row.when.given}):
            yield f"`expect` has {{{setting}}} in it, so this must have `given: {setting}`"

    def keeping(self, rows: tuple[AnyRequirement, ...], only: tuple[str, ...], skip: tuple[str, ...]) -> Self:
        """The profile narrowed to these of its rows, which knows the globs that left out the others."""
        kept = self.model_copy(update={"requirements": rows})
        left_out = len(self.requirements) - len(rows)
        kept._narrowed = Narrowed(only=only, skip=skip, left_out=left_out) if left_out else None
        return kept

    def requirement(self, id: str) -> AnyRequirement | None:  # noqa: A002
        """The row of this id."""
        return next((row for row in self.requirements if row.id == id), None)


def _mistake(row: int, field: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(MISTAKE, "{message}", {"row": row, "field": field, "message": message})
