"""Paths of fields in Kubernetes objects: `spec.driver.enabled`, `data[kubernetes.podspec-schedulername]`."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_PART = re.compile(r"(?:^|(?!^)\.)([^.\[\]]+)|\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """The way to a field, by the names of mappings; a name with dots stands in brackets."""

    parts: tuple[str, ...]
    text: str

    @classmethod
    def parse(cls, text: str) -> "FieldPath":
        """ValueError when it is no such path."""
        found = list(_PART.finditer(text))
        if not found or "".join(match[0] for match in found) != text:
            raise ValueError(f"{text[:60]!r} is not the path of a field such as spec.driver.enabled")
        return cls(tuple(match[1] or match[2] for match in found), text)

    def of(self, obj: Any) -> Any:
        """The field's value; None where there is none."""
        for part in self.parts:
            obj = obj.get(part) if isinstance(obj, dict) else None
        return obj

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: cls.parse(value) if isinstance(value, str) else value,
            core_schema.is_instance_schema(cls),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
            json_schema_input_schema=core_schema.str_schema(),
        )
