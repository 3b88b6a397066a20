"""What a profile says of the value of a field: that it is this one, or what it must be like."""

from fnmatch import fnmatchcase
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from orchestrator.model import Model
from orchestrator.version import Version, VersionRange


class Matcher(Model):
    """All of the given keys must hold of the value (None: the field is not set).

    `is` is the value itself, `any` one of several, `not` none of several, `set` whether there is one at all,
    `glob` a pattern of a text, `range` the versions that it may be, `has` what one item of a list must
    hold: of a mapping the named fields, of a list within it the named items.
    """

    equal: Any = Field(default=None, alias="is")
    any: tuple[Any, ...] = ()
    other: tuple[Any, ...] = Field(default=(), alias="not")
    set: bool | None = None
    glob: str | None = None
    has: Any = None
    range: VersionRange | None = None

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("this says nothing of the field, so any value would do")
        return self

    def admits(self, value: Any) -> bool:
        """Whether the value is as it must be."""
        return all(
            (
                "equal" not in self.model_fields_set or _same(value, self.equal),
                not self.any or any(_same(value, each) for each in self.any),
                not self.other or _differs(value, self.other),
                self.set is None or (value is not None) == self.set,
                self.glob is None or (isinstance(value, str) and fnmatchcase(value, self.glob)),
                self.has is None or _holds(value, [self.has]),
                self.range is None or _within(value, self.range),
            )
        )

    def __str__(self) -> str:
        words = (
            written(self.equal) if "equal" in self.model_fields_set else "",
            " or ".join(map(written, self.any)),
            f"not {' or '.join(map(written, self.other))}" if self.other else "",
            {True: "set", False: "not set", None: ""}[self.set],
            f"like {self.glob}" if self.glob else "",
            f"a list with {written(self.has)}" if self.has is not None else "",
            str(self.range) if self.range else "",
        )
        return ", ".join(filter(None, words))


Matching = Annotated[
    Matcher, BeforeValidator(lambda value: value if isinstance(value, dict | Matcher) else {"is": value})
]
"""A matcher, or the very value."""


def written(value: Any) -> str:
    """A value as YAML writes it."""
    match value:
        case None:
            return "not set"
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            return f"{{{', '.join(f'{name}: {written(each)}' for name, each in value.items())}}}"
        case _:
            return str(value)


def _holds(value: Any, wanted: Any) -> bool:
    """Whether what is wanted is in the value: a mapping and a list may hold more."""
    match wanted:
        case dict():
            return isinstance(value, dict) and all(_holds(value.get(name), wanted[name]) for name in wanted)
        case list():
            items = value if isinstance(value, list) else []
            return all(any(_holds(item, each) for item in items) for each in wanted)
        case _:
            return _same(value, wanted)


def _differs(value: Any, others: tuple[Any, ...]) -> bool:
    """Whether it is none of them: not set, or another value of their type."""
    like = value is None or type(value) in map(type, others)
    return like and not any(_same(value, each) for each in others)


def _same(value: Any, expected: Any) -> bool:
    """Equal, and of one type: 1 is not true."""
    return type(value) is type(expected) and bool(value == expected)


def _within(value: Any, admitted: VersionRange) -> bool:
    try:
        return admitted.admits(Version.parse(str(value)))
    except ValueError:
        return False
