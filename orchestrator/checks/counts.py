"""How many there may be of what a row looks for."""

from typing import Self

from pydantic import Field, model_validator

from orchestrator.model import Model


class Counts(Model):
    """At least and at most so many."""

    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    @property
    def least(self) -> int:
        """How many there must be: one, if nothing is said and any may be."""
        return int(self.at_most != 0) if self.at_least is None else self.at_least

    @property
    def up_to(self) -> str:
        """The end of a sentence: `, at most 2`; empty when there may be any number."""
        return "" if self.at_most is None else f", at most {self.at_most}"

    @model_validator(mode="after")
    def _check_counts(self) -> Self:
        if self.at_most is not None and self.at_most < self.least:
            raise ValueError(f"there cannot be at least {self.least} and at most {self.at_most}")
        return self
