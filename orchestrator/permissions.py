"""What the tool asks of the Kubernetes API, as data: for `plan`, `doctor` and the docs."""

from functools import cache
from typing import Literal

from orchestrator.data import read_data
from orchestrator.inventory.resources import ResourceType, resource_types
from orchestrator.model import Model


class Permission(Model):
    """Verbs on one resource, or on the objects of these `names`; without `needed` ones no probe can run."""

    group: str
    resource: str
    subresource: str = ""
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()
    scope: Literal["cluster", "namespace"]
    needed: bool = False
    why: str

    @property
    def noun(self) -> str:
        """`pods/log`, `jobs.batch`."""
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{name}/{self.subresource}" if self.subresource else name


@cache
def permissions() -> tuple[Permission, ...]:
    """Every permission that any audit asks for: those of permissions.yaml, then those of resources.yaml."""
    rows = read_data("orchestrator", "permissions.yaml")
    read = (_to_read(kind) for kind in resource_types().values())
    return (*(Permission.model_validate(row) for row in rows), *read)


def _to_read(kind: ResourceType) -> Permission:
    return Permission(
        group=kind.group,
        resource=kind.resource,
        verbs=(kind.verb,),
        names=(kind.object,) if kind.object else (),
        scope="cluster",
        why=kind.why,
    )
