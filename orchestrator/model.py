"""The base of every document of ours: frozen, camelCase outside, snake_case inside, no unknown field."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

P = ParamSpec("P")
T = TypeVar("T")


def reason(error: ValidationError) -> str:
    """The first thing that is wrong, by field, without quoting values."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]


class Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        defer_build=True,
    )


class Tolerant(Model):
    """The same for what others write (a probe's answer): what we do not know of it is let be."""

    model_config = ConfigDict(extra="ignore")


class Asked(Model):
    """A document that many ask the same of: what was worked out of it is kept, and no copy has it."""

    def once(self, work: Callable[Concatenate[Self, P], T], *rest: P.args, **named: P.kwargs) -> T:
        """What `work` makes of this document and the other (hashable) arguments."""
        key = (work, rest, *named.items())
        if key not in self._worked_out:
            self._worked_out[key] = work(self, *rest, **named)
        known: T = self._worked_out[key]
        return known

    @cached_property
    def _worked_out(self) -> dict[tuple[Any, ...], Any]:
        return {}

    def __copy__(self) -> Self:
        """A copy is made to hold something else."""
        copied = super().__copy__()
        copied.__dict__.pop("_worked_out", None)
        return copied
