"""What can be read of a cluster beside what every inventory has: the rows of resources.yaml."""

from functools import cache, cached_property
from typing import Any

from pydantic import Field

from orchestrator.data import read_data
from orchestrator.model import Model

Mask = dict[str, Any]
"""The fields to keep; None below a name keeps it whole."""

_ALWAYS: Mask = {"metadata": {"name": None, "namespace": None, "labels": None}}


class ResourceType(Model):
    """Objects of one kind, all or one of them, and what is kept of them."""

    name: str
    group: str = ""
    version: str = "v1"
    resource: str
    kind: str
    namespace: str = ""
    object: str = ""
    metadata: bool = False
    keep: Mask = Field(default_factory=dict)
    why: str

    @property
    def verb(self) -> str:
        return "get" if self.object else "list"

    @property
    def path(self) -> str:
        """Its path in the API."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        within = f"/namespaces/{self.namespace}" if self.namespace else ""
        return f"{root}{within}/{self.resource}{f'/{self.object}' if self.object else ''}"

    @cached_property
    def _mask(self) -> Mask:
        return _merged(_ALWAYS, self.keep)

    def kept(self, obj: Any) -> Any:
        """What is kept of an object; ValueError names the field that is no mapping where one must be."""
        return _kept(obj, self._mask, "")

    def keeps(self, path: tuple[str, ...]) -> bool:
        """Whether a field of this path, e.g. `("spec", "driver", "enabled")`, is kept."""
        mask: Any = self._mask
        for name in path:
            if mask is None:
                return True
            if name not in mask:
                return False
            mask = mask[name]
        return True


@cache
def resource_types() -> dict[str, ResourceType]:
    """Every row by its name."""
    return typed(read_data("orchestrator.inventory", "resources.yaml"))


def typed(rows: dict[str, Any]) -> dict[str, ResourceType]:
    """Rows as YAML has them, by name."""
    named = {name: {"name": name, "resource": name, **row} for name, row in rows.items()}
    return {name: ResourceType.model_validate(row) for name, row in named.items()}


def _merged(one: Mask, other: Mask) -> Mask:
    """What either mask keeps."""
    both = {name: _merged(one[name] or {}, other[name] or {}) or None for name in one.keys() & other.keys()}
    return {**one, **other, **both}


def _kept(value: Any, mask: Mask | None, path: str) -> Any:
    """What stands there in place of a mapping would else be taken for one without any field."""
    if mask is None or value is None:
        return value
    match value:
        case list():
            return [_kept(item, mask, f"{path}[{place}]") for place, item in enumerate(value)]
        case dict():
            kept = {name: below for name, below in mask.items() if name in value}
            return {name: _kept(value[name], below, f"{path}.{name}") for name, below in kept.items()}
        case _:
            raise ValueError(f"{path.lstrip('.')} is no mapping")
