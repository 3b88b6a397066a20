"""Lists, page by page, from raw bytes to small models."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, Field, ValidationError

from orchestrator.model import reason
from orchestrator.objects import ApiModel, OrNull, Text

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Bad(NamedTuple):
    """An object that could not be understood: its name, or its place in the list, and why."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


@dataclass(frozen=True)
class Listing(Generic[T]):
    """All objects of a list; `bad` names those that could not be understood."""

    items: list[T] = field(default_factory=list)
    resource_version: str = ""
    bad: list[Bad] = field(default_factory=list)


class _ListMeta(ApiModel):
    resource_version: Text = ""
    next_page: Text = Field("", validation_alias="continue")


class _Page(ApiModel, Generic[T]):
    meta: _ListMeta = Field(validation_alias="metadata")
    items: Annotated[list[T], OrNull(list)]


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list; `next_page` is the token of the part after it, empty at the end."""

    items: list[T]
    bad: list[Bad]
    resource_version: str
    next_page: str


def read_page(body: bytes, model: type[M]) -> Page[M]:
    """Read a page at once, or object by object if one is bad; ValidationError when it is no list at all."""
    bad: list[Bad] = []
    try:
        page = _page_type(model).model_validate_json(body)
        items = page.items
    except ValidationError:
        page = _page_type(Any).model_validate_json(body)
        items, bad = _sort_out(page.items, model)
    return Page(items, bad, page.meta.resource_version, page.meta.next_page)


@cache
def _page_type(item: Any) -> Any:
    return _Page[item]


def _sort_out(items: Iterable[Any], model: type[M]) -> tuple[list[M], list[Bad]]:
    good: list[M] = []
    bad: list[Bad] = []
    for position, item in enumerate(items):
        try:
            good.append(model.model_validate(item))
        except ValidationError as error:
            bad.append(Bad(_name(item) or f"item {position}", reason(error)))
    return good, bad


def _name(item: Any) -> str:
    meta = item.get("metadata") if isinstance(item, dict) else None
    names = [meta.get("namespace"), meta.get("name")] if isinstance(meta, dict) else []
    return "/".join(str(name) for name in names if name)
