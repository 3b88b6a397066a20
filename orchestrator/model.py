"""The base of every document of ours: frozen, camelCase outside, snake_case inside, no unknown field."""

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel


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
