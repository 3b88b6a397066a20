"""What a profile says of the value of a field: that it is this one, or what it must be like."""

from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from orchestrator.model import Model
from orchestrator.version import Version, VersionRange


class Matcher(Model):
    """All of the given keys must hold of the value (None: the field is not set).

    `is` is the value itself, `any` one of several, `not` none of several, `set` whether there is one at all,
    `glob` a pattern of a text, `has` a member of a list, `range` the versions that it may be.
    """

    equal: Any = Field(default=None, alias="is")
    any: tuple[Any, ...] = ()
    other: tuple[Any, ...] = Field(default=(), alias="not")
    set: bool | None = None
    glob: str | None = None
    has: Any = None
    range: VersionRange | None = None

    def admits(self, value: Any) -> bool:
        """Whether the value is as it must be."""
        return all(
            (
                "equal" not in self.model_fields_set or _same(value, self.equal),
                not self.any or any(_same(value, each) for each in self.any),
                not any(_same(value, each) for each in self.other),
                self.set is None or (value is not None) == self.set,
                self.glob is None or (isinstance(value, str) and fnmatchcase(value, self.glob)),
                self.has is None or (isinstance(value, list) and self.has in value),
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
    words = {None: "not set", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _same(value: Any, expected: Any) -> bool:
    """Equal, and of one type: 1 is not true."""
    return type(value) is type(expected) and bool(value == expected)


def _within(value: Any, admitted: VersionRange) -> bool:
    try:
        return admitted.admits(Version.parse(str(value)))
    except ValueError:
        return False
